using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>
/// The sidecar's program with a folder of sockets, which is killed in the middle of a test's steps and comes back on the same data. Whoever
/// does the steps is watched: when that fails the test ends at once, and not after a minute without a step.
/// </summary>
internal sealed class MortalSidecar : IAsyncDisposable
{
    public const int Kills = 4;

    /// <summary>Steps that are taken between two kills.</summary>
    public const int StepsBetween = 60;

    /// <summary>What a daprd needs to go on over a kill.</summary>
    public static readonly DaprdResiliency Patient = new(2_000, TimeSpan.FromMilliseconds(20));

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly SemaphoreSlim _steps = new(0);
    private SidecarProcess? _process;
    private Uri? _address;

    private MortalSidecar()
    {
    }

    public string Sockets => _folder.Combine("s");

    /// <summary>Where it answers now: another address after each kill.</summary>
    public Uri Address => _address!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Configuration => _folder.Combine("thermocline.yaml");

    /// <param name="dapr">Further fields of the section <c>dapr</c>, each after a comma.</param>
    /// <param name="more">Further sections.</param>
    public static async Task<MortalSidecar> StartAsync(string dapr = "", string more = "")
    {
        var sidecar = new MortalSidecar();
        try
        {
            await File.WriteAllTextAsync(sidecar.Configuration, $"dapr: {{socketFolder: {sidecar.Sockets}{dapr}}}\n{more}\n", Cancellation);
            await sidecar.ServeAsync();
            return sidecar;
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }
    }

    /// <summary>Counts a step.</summary>
    public void Step() => _steps.Release();

    /// <summary>Waits for some steps.</summary>
    /// <param name="count">How many.</param>
    /// <param name="work">What takes them; its failure ends the wait.</param>
    public async Task StepsAsync(int count, params Task[] work)
    {
        for (int i = 0; i < count; i++)
        {
            Task<bool> step = _steps.WaitAsync(Patience, Cancellation);
            while (!step.IsCompleted)
                await await Task.WhenAny([step, .. work.Where(static each => !each.IsCompletedSuccessfully)]);
            Assert.True(await step, "Nothing happened for a minute.");
        }
    }

    /// <summary>Ends it as <c>kill -9</c> does, and starts it again.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync(Cancellation);
        await _process.DisposeAsync();
        await ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
        _steps.Dispose();
    }

    private async Task ServeAsync()
    {
        _process = SidecarProcess.Serve(SidecarProgram.Need(), _folder.Combine("d"), "--config", Configuration);
        _address = await _process.AddressAsync(Cancellation);
    }
}
