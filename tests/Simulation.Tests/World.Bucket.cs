using Thermocline.Store;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;

namespace Thermocline.Simulation.Tests;

/// <summary>The instance that was there before a restoration and does not know of it.</summary>
/// <param name="Node">It.</param>
/// <param name="HadClaimed">Whether it had the bucket: else its next claim would be a new one, and rightful.</param>
/// <param name="Recoverable">The recovery point it had reported: it must not report another.</param>
internal sealed record Zombie(Node Node, bool HadClaimed, ulong Recoverable);

/// <content>What is done with the bucket.</content>
internal sealed partial class World
{
    private bool _isShipping;
    private bool _isInside;
    private FaultyFiles? _restoredMeanwhile;

    private async Task ShipAsync()
    {
        if (_cold is null)
            return;
        _trace.Add("main: ship");
        _isShipping = _node.Store.Status.Cold!.Claimed;
        try
        {
            await _node.Store.ShipAsync(CancellationToken.None);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Fenced && _restoredMeanwhile is not null)
        {
            _trace.Add("main: fenced");
        }
        finally
        {
            _isShipping = false;
            NoteRecoveryPoint();
        }
    }

    private void MeetOther()
    {
        if (_restoredMeanwhile is not { } fresh)
            return;
        _restoredMeanwhile = null;
        TakeOver(fresh);
    }

    private void NoteRecoveryPoint()
    {
        ulong reported = _node.Store.Status.Cold!.RecoverySequence;
        WorldException.Unless(
            reported <= _node.History.Last, $"The recovery point {reported} lies beyond the last write {_node.History.Last}.");
        _node.History.Recoverable = Math.Max(_node.History.Recoverable, reported);
    }

    /// <summary>What goes wrong with a request, and who comes in between.</summary>
    private ColdTrouble Decide(ColdCall call)
    {
        if (!_isInside && !_weather.IsFair && _conditions)
        {
            _isInside = true;
            if (_zombie is not null && _random.Next(30) == 0)
                ShipZombieAsync().GetAwaiter().GetResult();
            else if (_isShipping && _zombie is null && _restoredMeanwhile is null && _node.History.Recoverable > 0 && _random.Next(600) == 0)
                RestoreMeanwhile();
            _isInside = false;
        }

        ColdTrouble trouble = _weather.Of(call);
        if (trouble != ColdTrouble.None || call.Kind is ColdOperation.Put or ColdOperation.Upload)
            _trace.Add($"bucket: {call.Kind} {call.Name} {trouble}");
        return trouble;
    }

    /// <summary>Somebody restores while a request of the main instance is under way.</summary>
    private void RestoreMeanwhile()
    {
        _trace.Add("other: restores meanwhile");
        bool before = _weather.IsFair;
        _weather.IsFair = true;
        _weather.IsContested = true;
        var fresh = new FaultyFiles();
        TieredStore.RestoreAsync(fresh, _cold!, _clock, _random.Next(2) == 0, null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        _weather.IsFair = before;
        _restoredMeanwhile = fresh;
    }

    private Task DeliverLateAsync()
    {
        if (_cold is not null)
            _trace.Add($"bucket: {_cold.DeliverLate()} writes arrive late");
        return Task.CompletedTask;
    }

    private async Task RestoreAsync()
    {
        if (_cold is null || _node.History.Recoverable == 0)
            return;
        bool whole = _random.Next(2) == 0;
        _trace.Add($"other: restores, {(whole ? "whole" : "stubs")}");
        var fresh = new FaultyFiles();
        if (_random.Next(3) == 0)
            fresh.CrashAt(_random.Next(40), ChooseTear());
        bool fair = _weather.IsFair;
        for (int attempt = 0; ; attempt++)
        {
            WorldException.Unless(attempt < 20, "A restoration does not end.");
            _weather.IsFair |= attempt > 8;
            try
            {
                await TieredStore.RestoreAsync(fresh, _cold, _clock, whole, null, CancellationToken.None);
                break;
            }
            catch (StoreException) when (fresh.Crashed)
            {
                fresh = fresh.AfterCrash();
                // Interrupted after its last step, it is done.
                if (fresh.Exists("identity"))
                    break;
            }
            catch (StoreException failure) when (IsWeather(failure) && !_weather.IsFair)
            {
                _trace.Add($"other: {failure.Fault}, tries again");
            }
        }

        _weather.IsFair = fair;
        fresh.CrashAt(-1);
        TakeOver(fresh);
    }

    // A manifest that is not shown yet looks like a bucket without one.
    private static bool IsWeather(StoreException failure) =>
        failure.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused
        || failure.Message.Contains("holds no store", StringComparison.Ordinal);

    private void TakeOver(FaultyFiles fresh)
    {
        BuryZombie();
        Node old = _node;
        if (old.Files.Crashed)
        {
            old.Store.Dispose();
            History kept = old.History;
            OpenRestored(fresh, kept, old);
            return;
        }

        bool claimed = old.Store.Status.Cold!.Claimed;
        bool reported = old.Store.Status.Cold!.RecoverySequence > 0;
        History before = old.History.Copy();
        OpenRestored(fresh, before, old);
        // Without conditional writes nothing keeps a second writer out: then the old one is gone.
        old.Files.CrashAt(-1);
        _weather.IsContested = _conditions && (claimed || reported);
        if (_weather.IsContested)
            _zombie = new Zombie(new Node("zombie", old.Files, old.Store, old.History, _clock, _trace), true, old.Store.Status.Cold!.RecoverySequence);
        else
            old.Store.Dispose();
    }

    private void OpenRestored(FaultyFiles fresh, History before, Node old)
    {
        TieredStore store = TieredStore.Open(_options, fresh, _clock, _cold);
        ulong sequence = store.Status.Sequence;
        _trace.Add($"main: restored at {sequence} of {before.Last}, recoverable {before.Recoverable}");
        History survived = old.Survived(sequence, before.Recoverable, "What was restored");
        survived.Recoverable = before.Recoverable;
        _node = new Node("main", fresh, store, survived, _clock, _trace);
        Fairly(() => _node.ReadAll("after a restoration"));
    }

    private async Task ZombieAsync()
    {
        if (_zombie is not { } zombie)
            return;
        switch (_random.Next(6))
        {
            case 0:
                BuryZombie();
                break;
            case 1:
                zombie.Node.Store.Pack(CancellationToken.None);
                break;
            case 2:
                await ShipZombieAsync();
                break;
            default:
                for (int i = 0; i < 5; i++)
                    await zombie.Node.WriteAsync(Put() with { Condition = default });
                break;
        }
    }

    private async Task ShipZombieAsync()
    {
        Zombie zombie = _zombie!;
        bool wasInside = _isInside;
        _isInside = true;
        try
        {
            await zombie.Node.Store.ShipAsync(CancellationToken.None);
            _trace.Add("zombie: shipped");
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Fenced || IsWeather(failure))
        {
            _trace.Add($"zombie: {failure.Fault}");
        }
        finally
        {
            _isInside = wasInside;
        }

        ulong reported = zombie.Node.Store.Status.Cold!.RecoverySequence;
        WorldException.Unless(
            reported <= zombie.Recoverable,
            $"A fenced instance reports the recovery point {reported}; it was {zombie.Recoverable} when it was fenced.");
    }

    private void BuryZombie()
    {
        if (_zombie is null)
            return;
        _trace.Add("zombie: stops");
        _zombie.Node.Store.Dispose();
        _zombie = null;
        _weather.IsContested = false;
    }

    /// <summary>Fair weather: everything is where it belongs, nothing is left over, and the bucket alone gives it all back.</summary>
    private async Task EndAsync()
    {
        _trace.Add("the end");
        _weather.IsFair = true;
        _node.Files.CrashAt(-1);
        BuryZombie();
        _cold?.DeliverLate();
        _node.ReadAll("at the end");
        IReadOnlyList<Damage> damages = _node.Store.Verify(CancellationToken.None);
        WorldException.Unless(damages.Count == 0, $"Verification finds {string.Join("; ", damages)}.");
        await TryAsync(() => RestartAsync(keepIndex: _random.Next(2) == 0));
        _node.ReadAll("after the last restart");
        if (_cold is null)
            return;
        await TryAsync(ShipAsync);
        WorldException.Unless(
            _node.Store.Status.Cold!.RecoverySequence == _node.History.Last || _node.History.Last == 0,
            $"In fair weather the bucket has {_node.Store.Status.Cold!.RecoverySequence} of {_node.History.Last}.");
        await RestAsync();

        if (_node.History.Last == 0)
            return;
        CheckNothingIsLeft();
        await TryAsync(CheckRestorationAsync);
    }

    /// <summary>Lets rounds go by until nothing moves any more, and the garbage of the last move is gone.</summary>
    private async Task RestAsync()
    {
        // A clock that went back has left objects of the future: they are kept until their time has come.
        _clock.Jump(TimeSpan.FromDays(400));
        for (int round = 0, quiet = 0; quiet < 3; round++)
        {
            WorldException.Unless(round < 100, "The cold tier does not come to rest.");
            long moved = _node.Store.Status.Cold!.ShippedBytes;
            _clock.Jump(TimeSpan.FromHours(7));
            await TryAsync(ShipAsync);
            quiet = _node.Store.Status.Cold!.ShippedBytes == moved ? quiet + 1 : 0;
        }
    }

    private void CheckNothingIsLeft()
    {
        byte[] text = _cold!.GetAsync(ObjectNames.Manifest, Manifest.BytesMax, CancellationToken.None).AsTask().GetAwaiter().GetResult()!.Content.ToArray();
        var rule = new GarbageCollection(ManifestText.Read(text));
        string[] orphans = [.. _cold.Names.Where(rule.IsGarbage)];
        WorldException.Unless(orphans.Length == 0, $"Nobody needs {string.Join(", ", orphans)}.");
    }

    private async Task CheckRestorationAsync()
    {
        var fresh = new MemoryFiles();
        await TieredStore.RestoreAsync(fresh, _cold!, _clock, _random.Next(2) == 0, null, CancellationToken.None);
        using TieredStore store = TieredStore.Open(_options, fresh, _clock, _cold);
        WorldException.Unless(
            store.Status.Sequence == _node.History.Last, $"The bucket gives {store.Status.Sequence} of {_node.History.Last}.");
        var restored = new Node("restored", new FaultyFiles(), store, _node.History, _clock, _trace);
        restored.ReadAll("from the bucket alone");
    }
}
