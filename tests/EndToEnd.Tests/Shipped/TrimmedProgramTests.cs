using Xunit;

namespace Thermocline.EndToEnd.Tests.Shipped;

/// <summary>
/// The published programs do what was compiled: the linker of .NET 10 drops what cleans up inside a handler (decisions/0019).
/// </summary>
public sealed class TrimmedProgramTests
{
    [Fact]
    public void What_cleans_up_inside_a_handler_is_in_the_shipped_programs_too()
    {
        foreach (ShippedProgram program in ShippedProgram.All())
        {
            string[] lost = [.. Lost(program.Assemblies, Compiled(program.Project))];
            Assert.True(lost.Length == 0, $"{program.Path} lacks clauses that were compiled, unless it is of other sources:\n{string.Join('\n', lost)}");
        }
    }

    [Fact]
    public void A_clause_that_is_gone_is_named()
    {
        byte[] own = File.ReadAllBytes(typeof(TrimmedProgramTests).Assembly.Location);
        IReadOnlyDictionary<string, HandlerClauses> compiled = HandlerClauses.Count(own);
        string name = $"{typeof(TrimmedProgramTests).FullName}.{nameof(CleanUpInsideHandler)}/1";
        Assert.Equal(new HandlerClauses(1, 2, 1), compiled[name]);
        var shipped = new Dictionary<string, HandlerClauses>(compiled) { [name] = new(1, 1, 0) };
        Assert.Equal([name], HandlerClauses.Lost(compiled, shipped));
        shipped[name] = new(1, 0, 0);
        Assert.Empty(HandlerClauses.Lost(compiled, shipped));
        CleanUpInsideHandler(new Lock());
        Assert.Null(ProgramBundle.Read(typeof(TrimmedProgramTests).Assembly.Location));
    }

    private static IEnumerable<string> Lost(IReadOnlyDictionary<string, byte[]> shipped, string folder)
    {
        int compared = 0;
        foreach ((string name, byte[] assembly) in shipped)
        {
            string compiled = Path.Combine(folder, name);
            if (!File.Exists(compiled))
                continue;
            compared++;
            foreach (string method in HandlerClauses.Lost(HandlerClauses.Count(File.ReadAllBytes(compiled)), HandlerClauses.Count(assembly)))
                yield return $"{name}: {method}";
        }

        Assert.True(compared > 3, $"Only {compared} of the shipped assemblies are in {folder}: build the solution in the configuration of the tests.");
    }

    // The build output is artifacts/bin/PROJECT/CONFIGURATION: this test's own beside the programs'.
    private static string Compiled(string project)
    {
        DirectoryInfo own = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name);
    }

    private static void CleanUpInsideHandler(Lock gate)
    {
        bool done = false;
        try
        {
            Assert.False(done);
        }
        finally
        {
            lock (gate)
                done = true;
        }

        Assert.True(done);
    }
}
