using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class BannedCallsTests
{
    [Fact]
    public void No_file_makes_a_banned_call() => Findings.AssertNone(Repository.CSharp.SelectMany(BannedCalls.In));

    [Theory]
    [InlineData("sidecar/Memory/A.cs", "var now = DateTime.Now;")]
    [InlineData("sidecar/Memory/A.cs", "var now = DateTimeOffset.UtcNow;")]
    [InlineData("sidecar/Memory/A.cs", "log($\"at {DateTime.UtcNow}\");")]
    [InlineData("operator/A.cs", "var id = Guid.NewGuid();")]
    [InlineData("tests/Store.Tests/A.cs", "var chance = Random.Shared.Next();")]
    [InlineData("sidecar/Host/A.cs", "await Task.Run(() => Block());")]
    [InlineData("sidecar/Host/A.cs", "async void OnClick() { }")]
    [InlineData("tests/Host.Tests/A.cs", "Thread.Sleep(10);")]
    [InlineData("sidecar/Memory/A.cs", "Console.WriteLine(1);")]
    [InlineData("sidecar/Host/Commands/A.cs", "Environment.GetEnvironmentVariable(name);")]
    [InlineData("sidecar/Host/Endpoints/A.cs", "void Add(IServiceCollection parts) { }")]
    [InlineData("sidecar/Host/A.cs", "private static int _count;")]
    [InlineData("sidecar/Host/A.cs", "internal static Dictionary<string, int> Known = [];")]
    [InlineData("sidecar/Host/A.cs", "public static int Limit { get; set; }")]
    [InlineData("sidecar/Host/A.cs", "public class Open { }")]
    [InlineData("sidecar/Host/A.cs", "internal record Open(int A);")]
    [InlineData("sidecar/Store/Log/A.cs", "File.Delete(path);")]
    [InlineData("sidecar/Store/Log/A.cs", "RandomAccess.Read(handle, bytes, 0);")]
    [InlineData("sidecar/Store/Log/A.cs", "new FileStream(path, mode);")]
    [InlineData("sidecar/Store/Log/A.cs", "Directory.CreateDirectory(path);")]
    public void A_banned_call_is_found(string path, string text) =>
        Assert.Single(BannedCalls.In(new SourceFile(path, text)));

    [Theory]
    [InlineData("sidecar/Host/Program.cs", "Environment.GetEnvironmentVariables();")]
    [InlineData("sidecar/Store/Files/A.cs", "File.Delete(path);")]
    [InlineData("sidecar/Store/Log/A.cs", "segment.File.Read(bytes, 0);")]
    [InlineData("sidecar/Store/Log/A.cs", "File.Flush();")]
    [InlineData("sidecar/Store/Index/A.cs", "index.Directory.Span; Directory.Span;")]
    [InlineData("sidecar/Store/Log/A.cs", "// File.Delete(path) is called by Files.")]
    [InlineData("sidecar/Host/A.cs", "private static readonly int[] Steps = [1]; static int Twice(int a) => a; using static System.Math;")]
    [InlineData("sidecar/Host/A.cs", "public static int Limit => 3; public static string Root { get; } = \"\"; static void F(int a) { }")]
    [InlineData("sidecar/Host/A.cs", "internal static class A { } public readonly record struct B(int C); public sealed record D; internal abstract class E;")]
    [InlineData("sidecar/Store/Log/A.cs", "Task.RunContinuations(); time.GetUtcNow();")]
    [InlineData("tests/Host.Tests/A.cs", "var id = Guid.NewGuid();")]
    public void What_is_allowed_is_not_found(string path, string text) =>
        Assert.Empty(BannedCalls.In(new SourceFile(path, text)));
}
