using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Thermocline.Grpc.Tests.Fixture;

/// <summary>What a machine must have for a test: without it the test is skipped, in CI it fails.</summary>
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
