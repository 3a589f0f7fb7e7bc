using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>Calls that hide time, chance, the environment or blocking from the reader and the tests.</summary>
internal static class BannedCalls
{
    private static readonly Ban[] Bans =
    [
        new(@"DateTime(Offset)?\s*\.\s*(Utc)?(Now|Today)", Shipped, "Take the time from a TimeProvider that is passed in"),
        new(@"Guid\s*\.\s*(NewGuid|CreateVersion7)", Shipped, "Pass in what makes identifiers, so that a seed repeats them"),
        new(@"Random\s*\.\s*Shared", Anywhere, "Pass in a seeded Random, or what supplies secrets"),
        new(@"Task\s*\.\s*Run(?!\w)", Shipped, "Await the work, or give it a thread or a bounded channel of its own"),
        new(@"async\s+void(?!\w)", Anywhere, "Return a Task, so that a failure reaches somebody"),
        new(@"Thread\s*\.\s*Sleep", NotBenchmarks, "Wait for the thing itself, or let a TimeProvider pass the time"),
        new(@"Console\s*\.\s*\w+", ShippedExceptCommands, "Write to a writer that Program.cs passes in"),
        new(@"Environment\s*\.\s*GetEnvironmentVariables?", ShippedExceptProgram, "Only Program.cs reads the environment"),
        new(@"IServiceCollection(?!\w)", ShippedExceptComposition, "Only Program.cs and Composition.cs put parts together"),
        new(@"(?<!using\s+)static\s+(?!readonly\b|const\b)[^(){}=;]*?\w\s*(=(?!>)|;|\{\s*get;\s*(\w+\s+)?set;)",
            Shipped,
            "Nothing static changes: make it readonly, or hold it in an object that is passed in"),
        new(@"(public|internal)\s+(partial\s+)?(class|record(\s+class)?)\s+(?!struct\b|class\b)\w+",
            Shipped,
            "Seal it: nothing inherits for reuse"),
        new(@"#region", Anywhere, "Split the file instead of folding it"),
    ];

    // In the store only the room Files may know that a disk exists. A property named File holds an IFile, and the index
    // has a directory of its own: their members are allowed.
    private static readonly Ban DiskOutsideFiles = new(
        @"((RandomAccess|FileStream|FileInfo|DirectoryInfo)\s*[.(]"
            + @"|Directory\s*\.\s*(Create|Delete|Enumerate|Exists|Get|Move|Set)\w*"
            + @"|File\s*\.(?!\s*(Length|Read|Write|SetLength|Flush|Dispose)\b)\s*\w+)",
        file => file.IsBelow("sidecar/Store") && !file.IsBelow("sidecar/Store/Files"),
        "Go through IFiles");

    public static IEnumerable<string> In(SourceFile file) =>
        from ban in Bans.Append(DiskOutsideFiles)
        where ban.AppliesTo(file)
        from Match match in Regex.Matches(file.Code, $@"(?<![\w.]){ban.Pattern}")
        select $"{file.Path}:{file.LineOf(match.Index)} says {match.Value.Trim()}. {ban.Instead}.";

    private static bool Anywhere(SourceFile file) => true;

    private static bool Shipped(SourceFile file) => file.IsShipped;

    private static bool NotBenchmarks(SourceFile file) => !file.IsBelow("tests/Benchmarks");

    private static bool ShippedExceptProgram(SourceFile file) => file.IsShipped && file.Name != "Program.cs";

    // A command draws its progress on the terminal it was started from.
    private static bool ShippedExceptCommands(SourceFile file) =>
        ShippedExceptProgram(file) && !file.IsBelow("sidecar/Host/Commands") && !file.IsBelow("sidecar/Host/Import");

    private static bool ShippedExceptComposition(SourceFile file) => ShippedExceptProgram(file) && file.Name != "Composition.cs";

    private sealed record Ban(string Pattern, Func<SourceFile, bool> AppliesTo, string Instead);
}
