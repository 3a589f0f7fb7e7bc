using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>
/// A subscription that is made again whenever it has ended. An application's daprd subscribes again when it starts anew; this one stands for
/// that.
/// </summary>
internal sealed class StandingSubscription : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();

    public StandingSubscription(DaprdPubSub broker, string topic, Func<DaprdMessage, Task> take) =>
        Pulling = PullAsync(broker, topic, take, _end.Token);

    /// <summary>Ends when the subscription is disposed; fails when it cannot go on.</summary>
    public Task Pulling { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Pulling;
        _end.Dispose();
    }

    private static async Task PullAsync(DaprdPubSub broker, string topic, Func<DaprdMessage, Task> take, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await broker.PingAsync(end);
                await using DaprdSubscription subscription = await broker.SubscribeAsync(topic, null, take, TestContext.Current.CancellationToken);
                await subscription.Ended.WaitAsync(end);
            }
            catch (Exception failure) when (failure is DaprdException or OperationCanceledException)
            {
                // The sidecar is away, or the test is over.
            }
        }
    }
}
