using Xunit;

namespace Thermocline.Tidy.Tests;

/// <summary>What a check found: one sentence each, saying where, what, and what to do.</summary>
internal static class Findings
{
    public static void AssertNone(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, $"{all.Length} findings:\n{string.Join('\n', all)}");
    }
}
