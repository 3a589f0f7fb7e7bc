using System.Runtime.InteropServices;

namespace Thermocline.Sidecar.Commands;

/// <summary>
/// SIGTERM and Ctrl-C: the first one asks the command to stop, the second one ends the process at once with exit code
/// 130, for the person who does not want to wait.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly Action<int> _exit;

    public StopSignals(Action<int> exit)
    {
        _exit = exit;
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_stop.IsCancellationRequested)
            _stop.Cancel();
        else if (context.Signal == PosixSignal.SIGINT)
            _exit(ExitCode.Interrupted);
    }
}
