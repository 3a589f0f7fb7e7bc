using Microsoft.Extensions.Hosting;

namespace Thermocline.Operator.Hosting;

/// <summary>Signals are the program's business, not a web server's.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
