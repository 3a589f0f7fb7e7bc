using System.Text;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>What an application was delivered, greetings left out.</summary>
internal sealed class Inbox
{
    /// <summary>Published until somebody hears it: the protocol has no word for "subscribed".</summary>
    public const string Greeting = "hello";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<DaprdMessage> _messages = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsGreeted { get; private set; }

    public IReadOnlyList<DaprdMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    public IReadOnlyList<string> Texts => [.. Messages.Select(TextOf)];

    public static string TextOf(DaprdMessage message) => Encoding.UTF8.GetString(message.Content);

    public Task TakeAsync(DaprdMessage message)
    {
        lock (_gate)
        {
            if (TextOf(message) == Greeting)
                IsGreeted = true;
            else
                _messages.Add(message);
            _arrival.TrySetResult();
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.CompletedTask;
    }

    /// <summary>Waits until so many messages have come.</summary>
    public async Task WaitAsync(int count)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_messages.Count >= count)
                    return;
                arrival = _arrival.Task;
            }

            try
            {
                await arrival.WaitAsync(Patience, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{Messages.Count} of {count} came, and nothing for a minute.");
            }
        }
    }

    /// <summary>Publishes greetings until one has come.</summary>
    public async Task GreetAsync(DaprdPubSub broker)
    {
        while (!IsGreeted)
            await broker.PublishAsync("orders", Encoding.UTF8.GetBytes(Greeting), null, TestContext.Current.CancellationToken);
    }
}
