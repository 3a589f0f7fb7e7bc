using Thermocline.Events.Embedded;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class LimitsTests
{
    private static readonly EventDraft Good = Events.Draft("x");

    public static TheoryData<string, EventDraft, PublishOutcome> Drafts() => new()
    {
        { "payload", Good with { Payload = new byte[EventLimits.PayloadBytesMax + 1] }, PublishOutcome.TooLarge },
        { "context", Good with { Context = new('c', EventLimits.ContextBytesMax + 1) }, PublishOutcome.TooLarge },
        { "context in bytes", Good with { Context = new('ä', (EventLimits.ContextBytesMax / 2) + 1) }, PublishOutcome.TooLarge },
        { "broken context", Good with { Context = "a\uD800b" }, PublishOutcome.Invalid },
        { "id", Good with { Id = new('i', EventLimits.IdBytesMax + 1) }, PublishOutcome.TooLarge },
        { "content type", Good with { ContentType = new('t', EventLimits.ContentTypeBytesMax + 1) }, PublishOutcome.TooLarge },
        { "metadata", Good with { Metadata = new Dictionary<string, string> { ["m"] = new('v', EventLimits.MetadataBytesMax) } }, PublishOutcome.TooLarge },
        { "control in context", Good with { Context = "a\nb" }, PublishOutcome.Invalid },
        { "control in id", Good with { Id = "a\0b" }, PublishOutcome.Invalid },
        { "control in content type", Good with { ContentType = "text/plain\r\nx: y" }, PublishOutcome.Invalid },
        { "metadata names", Good with { Metadata = Enumerable.Range(0, EventLimits.MetadataNamesMax + 1).ToDictionary(i => $"{i}", i => "") }, PublishOutcome.TooLarge },
        { "metadata name", Good with { Metadata = new Dictionary<string, string> { [""] = "v" } }, PublishOutcome.Invalid },
        { "broken metadata", Good with { Metadata = new Dictionary<string, string> { ["m"] = "\uDC00" } }, PublishOutcome.Invalid },
    };

    [Theory]
    [MemberData(nameof(Drafts))]
    public async Task A_mistake_is_answered_with_the_index_of_its_event_and_nothing_is_taken(string what, EventDraft draft, PublishOutcome expected)
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        PublishAnswer answer = await bus.PublishAsync("t", Good, Good, draft, Good);
        Assert.Equal((expected, 2), (answer.Outcome, answer.FailedEvent));
        Assert.False(string.IsNullOrEmpty(answer.Reason), what);
        Assert.Empty(bus.Status.Topics);
        await bus.PublishAsync("t", Good);
        Assert.Equal(2, (await bus.PublishAsync("t", Good, Good, draft)).FailedEvent);
        Assert.Equal(1, bus.Topic("t").Backlog);
    }

    [Fact]
    public async Task What_is_at_its_limit_is_taken_and_comes_whole()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var got = new TaskCompletionSource<(int Payload, int Context, int Id, int Type, int Metadata)>();
        string topic = new('ä', EventLimits.NameBytesMax / 2);
        await bus.SubscribeAsync(Events.Options(topic, new string('g', EventLimits.NameBytesMax)), (delivery, _) =>
        {
            got.TrySetResult((delivery.Payload.Length, delivery.Context.Length, delivery.Id.Length, delivery.ContentType.Length, delivery.Metadata["m"].Length));
            return new(Handling.Done);
        });
        var draft = new EventDraft
        {
            Payload = new byte[EventLimits.PayloadBytesMax],
            Context = new('c', EventLimits.ContextBytesMax),
            Id = new('i', EventLimits.IdBytesMax),
            ContentType = new('t', EventLimits.ContentTypeBytesMax),
            Metadata = new Dictionary<string, string> { ["m"] = new('v', EventLimits.MetadataBytesMax - 1) },
        };
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync(topic, draft));
        Assert.Equal(
            (EventLimits.PayloadBytesMax, EventLimits.ContextBytesMax, EventLimits.IdBytesMax, EventLimits.ContentTypeBytesMax, EventLimits.MetadataBytesMax - 1),
            await got.Task.WaitAsync(Events.Patience, TestContext.Current.CancellationToken));
        EventDraft[] many = [.. Enumerable.Repeat(new EventDraft { Payload = new byte[EventLimits.BatchBytesMax / EventLimits.BatchEventsMax] }, EventLimits.BatchEventsMax)];
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync(topic, many));
        await bus.DrainAsync(topic, new string('g', EventLimits.NameBytesMax));
    }

    [Fact]
    public async Task Publications_have_limits_of_their_own()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        Assert.Equal(PublishOutcome.Invalid, (await bus.PublishAsync("t")).Outcome);
        Assert.Equal(PublishOutcome.TooLarge, (await bus.PublishAsync("t", [.. Enumerable.Repeat(Good, EventLimits.BatchEventsMax + 1)])).Outcome);
        PublishAnswer answer = await bus.PublishAsync("t", [.. Enumerable.Repeat(new EventDraft { Payload = new byte[1 << 20] }, 5)]);
        Assert.Equal((PublishOutcome.TooLarge, -1), (answer.Outcome, answer.FailedEvent));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a\nb")]
    [InlineData("half of a pair")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567x")]
    public async Task Names_that_are_not_allowed_are_refused(string? name)
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        // An attribute cannot hold it.
        name = name == "half of a pair" ? "a\uD800" : name;
        PublishAnswer answer = await bus.PublishAsync(name!, Good);
        Assert.Equal((PublishOutcome.Invalid, -1), (answer.Outcome, answer.FailedEvent));
        await Assert.ThrowsAsync<ArgumentException>(() => Subscribe(Events.Options(name!, "g")));
        await Assert.ThrowsAsync<ArgumentException>(() => Subscribe(Events.Options("t", name!)));
        Assert.Empty(bus.Status.Topics);
        Task Subscribe(SubscriptionOptions options) => bus.SubscribeAsync(options, static (_, _) => new(Handling.Done)).AsTask();
    }

    [Fact]
    public async Task Every_mistake_of_a_subscription_and_of_the_options_is_named()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        SubscriptionOptions wrong = Events.Options("t", "g") with
        {
            ConcurrencyMax = 0,
            AttemptsMax = 1_001,
            DeadLetterTopic = "t",
            HandlingLimit = TimeSpan.Zero,
            RetryDelay = TimeSpan.FromHours(2),
            RetryDelayMax = TimeSpan.FromHours(1),
        };
        ArgumentException mistakes = await Assert.ThrowsAsync<ArgumentException>(() => bus.SubscribeAsync(wrong, static (_, _) => new(Handling.Done)).AsTask());
        foreach (string name in new[] { "ConcurrencyMax", "AttemptsMax", "same topic", "HandlingLimit", "RetryDelay ", "RetryDelayMax" })
            Assert.Contains(name, mistakes.Message, StringComparison.Ordinal);
        ArgumentException options = await Assert.ThrowsAsync<ArgumentException>(
            () => Events.OpenAsync(store, new EmbeddedBusOptions { BacklogEventsMax = 0, WindowEventsMax = 1 }).AsTask());
        Assert.Contains("BacklogEventsMax", options.Message, StringComparison.Ordinal);
        Assert.Contains("WindowEventsMax", options.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_and_groups_are_bounded()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        for (int i = 0; i < EventLimits.GroupsMax; i++)
            await (await bus.SubscribeAsync(Events.Options("t", $"{i}"), static (_, _) => new(Handling.Done))).DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.SubscribeAsync(Events.Options("t", "more"), static (_, _) => new(Handling.Done)).AsTask());
        await Task.WhenAll(Enumerable.Range(1, EventLimits.TopicsMax - 1).Select(i => bus.PublishAsync($"{i}", Good).AsTask()));
        Assert.Equal(PublishOutcome.Invalid, (await bus.PublishAsync("more", Good)).Outcome);
        Assert.Equal(EventLimits.TopicsMax, bus.Status.Topics.Count);
    }
}
