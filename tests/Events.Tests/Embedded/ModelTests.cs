using System.Globalization;
using Thermocline.Events.Embedded;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Store;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

/// <summary>Random publications, members that come and go, and clean restarts beside a model that knows what must come of each event.</summary>
public sealed class ModelTests
{
    private const int AttemptsMax = 3;
    private static readonly string[] Groups = ["g", "h"];

    [Fact]
    public async Task Random_runs_do_what_the_model_says()
    {
        for (int seed = 1; seed <= 15; seed++)
            await RunAsync(seed);
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var files = new MemoryFiles();
        var model = new Model(seed);
        for (int life = 0; life < 4; life++)
        {
            using TieredStore store = Events.Store(files);
            await using EmbeddedBus bus = await Events.OpenAsync(store, Events.Quick with { WindowEventsMax = 16, BlockBytes = 4 << 10 });
            List<(string Group, IAsyncDisposable Member)> members = [];
            foreach (string group in Groups)
                members.Add((group, await JoinAsync(bus, group, model)));
            for (int step = 0; step < 60; step++)
                await StepAsync(bus, random, model, members);
            if (life < 3)
                continue;
            foreach (string group in Groups)
            {
                await JoinAsync(bus, group, model);
                await bus.DrainAsync("t", group);
            }

            await bus.SubscribeAsync(Events.Options("dead", "d") with { FromOldest = true }, (letter, _) => new(model.NoteDead(letter)));
            await bus.DrainAsync("dead", "d");
        }

        model.AssertAllSettled();
    }

    private static async Task StepAsync(EmbeddedBus bus, Random random, Model model, List<(string Group, IAsyncDisposable Member)> members)
    {
        switch (random.Next(10))
        {
            case < 7:
                EventDraft[] drafts = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => model.Draw(random))];
                Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", drafts)).Outcome);
                break;
            case 7:
                string group = Groups[random.Next(2)];
                members.Add((group, await JoinAsync(bus, group, model)));
                break;
            case 8 when members.Count > 0:
                int leaving = random.Next(members.Count);
                await members[leaving].Member.DisposeAsync();
                members.RemoveAt(leaving);
                break;
            default:
                foreach (string busy in members.Select(static member => member.Group).Distinct())
                    await bus.DrainAsync("t", busy);
                break;
        }
    }

    private static ValueTask<IAsyncDisposable> JoinAsync(EmbeddedBus bus, string group, Model model) => bus.SubscribeAsync(
        Events.Options("t", group) with { AttemptsMax = AttemptsMax, DeadLetterTopic = "dead", ConcurrencyMax = 4 },
        async (delivery, _) =>
        {
            Handling answer = model.Begin(group, delivery);
            await Task.Yield();
            return model.End(group, delivery, answer);
        });

    private sealed class Model(int seed)
    {
        private readonly Lock _gate = new();
        private readonly List<(string Context, int Fails, bool Refused)> _events = [];
        private readonly Dictionary<(string Group, int Number), int> _attempts = [];
        private readonly HashSet<(string Group, int Number)> _settled = [];
        private readonly HashSet<(string Group, string Context)> _running = [];
        private readonly List<(string Group, int Number)> _dead = [];
        private readonly List<string> _mistakes = [];

        public EventDraft Draw(Random random)
        {
            lock (_gate)
            {
                string context = random.Next(3) == 0 ? "" : $"context {random.Next(4)}";
                _events.Add((context, random.Next(4) == 0 ? random.Next(1, 5) : 0, random.Next(20) == 0));
                return Events.Draft((_events.Count - 1).ToString(CultureInfo.InvariantCulture), context);
            }
        }

        public Handling Begin(string group, EventDelivery delivery)
        {
            int number = int.Parse(delivery.Text(), CultureInfo.InvariantCulture);
            lock (_gate)
            {
                int attempt = _attempts[(group, number)] = _attempts.GetValueOrDefault((group, number)) + 1;
                if (attempt != delivery.Attempt)
                    _mistakes.Add($"{group} {number}: attempt {attempt} was called {delivery.Attempt}.");
                if (_settled.Contains((group, number)))
                    _mistakes.Add($"{group} {number}: came again after it was settled.");
                if (delivery.Context.Length > 0)
                    CheckOrder(group, delivery.Context, number);
                return _events[number].Refused ? Handling.DeadLetter : attempt <= _events[number].Fails ? Handling.Retry : Handling.Done;
            }
        }

        public Handling End(string group, EventDelivery delivery, Handling answer)
        {
            int number = int.Parse(delivery.Text(), CultureInfo.InvariantCulture);
            lock (_gate)
            {
                _running.Remove((group, delivery.Context));
                if (answer != Handling.Retry || delivery.Attempt == AttemptsMax)
                    _settled.Add((group, number));
                return answer;
            }
        }

        public Handling NoteDead(EventDelivery letter)
        {
            lock (_gate)
                _dead.Add((letter.Metadata[DeadLetters.GroupName], int.Parse(letter.Text(), CultureInfo.InvariantCulture)));
            return Handling.Done;
        }

        public void AssertAllSettled()
        {
            lock (_gate)
            {
                Assert.True(_mistakes.Count == 0, $"Seed {seed}: {string.Join(' ', _mistakes.Take(5))}");
                IEnumerable<(string, int)> poisoned =
                    from @group in Groups
                    from number in Enumerable.Range(0, _events.Count)
                    where _events[number].Refused || _events[number].Fails >= AttemptsMax
                    select (@group, number);
                Assert.True(poisoned.SequenceEqual(_dead.Order()), $"Seed {seed}: the dead letters are not the poisoned events.");
                Assert.True(_settled.Count == 2 * _events.Count, $"Seed {seed}: {_settled.Count} of {2 * _events.Count} are settled.");
            }
        }

        private void CheckOrder(string group, string context, int number)
        {
            if (!_running.Add((group, context)))
                _mistakes.Add($"{group} {number}: another of {context} is being handled.");
            for (int earlier = 0; earlier < number; earlier++)
            {
                if (_events[earlier].Context == context && !_settled.Contains((group, earlier)))
                    _mistakes.Add($"{group} {number}: {earlier} of the same context is not settled.");
            }
        }
    }
}
