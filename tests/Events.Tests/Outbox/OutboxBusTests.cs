using Thermocline.Events.Outbox;
using Thermocline.Events.Tests.Redis;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Events.Tests.Outbox;

/// <summary>The local engine here is the one of Redis, which forgets nothing either.</summary>
public sealed class OutboxBusTests
{
    private const int Events = 60;

    private static readonly OutboxOptions Quick = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(2),
        RetryDelayMax = TimeSpan.FromMilliseconds(5),
        Topics = ["t"],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishers_do_not_wait_for_an_engine_that_is_away_and_nothing_is_lost_or_out_of_order()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        var foreign = new MoodyBus { IsAway = true };
        await using OutboxBus bus = await OpenAsync(server, foreign);
        await PublishAsync(bus);
        await foreign.UntilAsync(() => foreign.Asked > 20, Cancellation);
        Assert.Empty(foreign.Taken);
        Assert.Equal("away", bus.Status.LastFailure);
        foreign.IsAway = false;
        await foreign.UntilAsync(() => foreign.Taken.Count >= Events, Cancellation);
        Check(foreign);
    }

    [Fact]
    public async Task What_waits_outlives_the_process_and_goes_on_in_the_next()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        var away = new MoodyBus { IsAway = true };
        await using (OutboxBus bus = await OpenAsync(server, away))
        {
            await PublishAsync(bus);
            await away.UntilAsync(() => away.Asked > 5, Cancellation);
        }

        var foreign = new MoodyBus();
        await using OutboxBus next = await OpenAsync(server, foreign);
        await foreign.UntilAsync(() => foreign.Taken.Count >= Events, Cancellation);
        Check(foreign);
    }

    [Fact]
    public async Task An_event_the_foreign_engine_will_never_take_holds_nobody_up_and_is_kept()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        var foreign = new MoodyBus();
        var refused = new Collected();
        await using OutboxBus bus = await OpenAsync(server, foreign);
        await bus.SubscribeAsync(RedisBusTests.Wish("g", Quick.RefusedTopic), refused.Handling, Cancellation);
        await bus.PublishAsync("t", new[] { RedisBusTests.Draft("refused", "c"), RedisBusTests.Draft("taken", "c") }, Cancellation);
        await refused.WaitAsync(1, Cancellation);
        await foreign.UntilAsync(() => foreign.Taken.Count == 1, Cancellation);
        Assert.Equal(["refused"], refused.Texts);
        Assert.Contains(bus.Status.Topics, topic => topic.Name == Quick.RefusedTopic);
        Assert.Equal("taken", foreign.Taken[0].Text);
    }

    [Fact]
    public async Task An_event_that_waits_keeps_its_end()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        var foreign = new MoodyBus();
        await using OutboxBus bus = await OpenAsync(server, foreign);
        DateTimeOffset end = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
        await bus.PublishAsync("t", new[] { RedisBusTests.Draft("ends", "c") with { ExpiresAt = end } }, Cancellation);
        await foreign.UntilAsync(() => foreign.Taken.Count == 1, Cancellation);
        Assert.Equal(end, foreign.LastExpiresAt);
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        string said = Assert.Throws<ArgumentException>(
            new OutboxOptions { ConcurrencyMax = 0, RefusedTopic = "outbox.refused" }.Validate).Message;
        Assert.All(["ConcurrencyMax", "RefusedTopic"], name => Assert.Contains(name, said, StringComparison.Ordinal));
    }

    private static ValueTask<OutboxBus> OpenAsync(RedisServer server, MoodyBus foreign) =>
        OutboxBus.OpenAsync(RedisBusTests.Bus(server), foreign, Quick, (TimeProvider.System, () => 0.5), Cancellation);

    private static async Task PublishAsync(OutboxBus bus)
    {
        for (int number = 0; number < Events; number++)
        {
            PublishAnswer answer = await bus.PublishAsync(
                "t", new[] { RedisBusTests.Draft($"{number}", $"{number % 3}") with { Id = $"id {number}" } }, Cancellation);
            Assert.Equal(PublishAnswer.Done, answer);
        }
    }

    private static void Check(MoodyBus foreign)
    {
        Assert.All(foreign.Taken, taken => Assert.Equal(("t", $"id {taken.Text}"), (taken.Topic, taken.Id)));
        foreach (IGrouping<string, (string Topic, string Context, string Id, string Text)> context in foreign.Taken.GroupBy(taken => taken.Context))
        {
            int[] numbers = [.. context.Select(taken => int.Parse(taken.Text)).Distinct()];
            Assert.Equal(numbers.Order(), numbers);
            Assert.Equal(Events / 3, numbers.Length);
        }
    }
}
