using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Thermocline.Operator.Tests;

/// <summary>What a test cannot do without: where it is missing the test is skipped, in CI it fails.</summary>
internal static class Required
{
    public static void That([DoesNotReturnIf(false)] bool there, string missing)
    {
        if (there)
            return;
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", missing);
        Assert.Fail(missing);
    }
}
