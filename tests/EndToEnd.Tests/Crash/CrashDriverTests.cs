using System.Security.Cryptography;
using Thermocline.Testing;
using Thermocline.Testing.Crash;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Crash;

/// <summary>The short form of <c>./bench crash</c>, which kills two hundred times.</summary>
public sealed class CrashDriverTests
{
    [Fact]
    public async Task No_acknowledged_write_is_lost_when_the_process_is_killed_under_load()
    {
        using var folder = new TempFolder();
        var options = new CrashOptions
        {
            Program = SidecarProgram.Need(),
            DataFolder = folder.Combine("data"),
            Rounds = 8,
            CleanStopEvery = 4,
            Seed = RandomNumberGenerator.GetInt32(int.MaxValue),
        };
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        CrashReport report = await CrashDriver.RunAsync(
            options, new Lines(output), TestContext.Current.CancellationToken);
        output.WriteLine(report.ToString());
        Assert.True(report.Violations.Count == 0, $"{report}\n{string.Join('\n', report.Violations)}");
        Assert.Equal(options.Rounds, report.Kills);
        Assert.True(report.AcknowledgedWrites > 0, report.ToString());
    }

    private sealed class Lines(ITestOutputHelper output) : IProgress<string>
    {
        public void Report(string value) => output.WriteLine(value);
    }
}
