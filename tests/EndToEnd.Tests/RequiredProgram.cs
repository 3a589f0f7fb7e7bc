using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests;

/// <summary>The sidecar's program: a test without it is skipped, except in CI, where it fails.</summary>
internal static class RequiredProgram
{
    public static SidecarProgram Find()
    {
        SidecarProgram? program = SidecarProgram.Find();
        if (program is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", SidecarProgram.Missing);
            Assert.Fail(SidecarProgram.Missing);
        }

        return program;
    }
}
