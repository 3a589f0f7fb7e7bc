using System.Runtime.CompilerServices;
using Xunit;

namespace Thermocline.Testing;

/// <summary>Waits for what other threads or processes bring about, and no test can be told of.</summary>
public static class Eventually
{
    // On a slow machine that has other work too.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // Whoever brings it about needs the processor more than whoever asks.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc cref="IsAsync(Func{Task{bool}}, CancellationToken, string)"/>
    public static Task IsAsync(
        Func<bool> isSo, CancellationToken cancellation, [CallerArgumentExpression(nameof(isSo))] string asked = "") =>
        IsAsync(() => Task.FromResult(isSo()), cancellation, asked);

    /// <summary>Asks again and again until it is so; fails, and says what was asked, when it never is.</summary>
    public static async Task IsAsync(
        Func<Task<bool>> isSo, CancellationToken cancellation, [CallerArgumentExpression(nameof(isSo))] string asked = "")
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come to be so: {asked}");
            await Task.Delay(Pause, cancellation);
        }
    }
}
