using Thermocline.Store;
using Thermocline.Testing;

namespace Thermocline.Simulation.Tests;

/// <content>What is done to the store itself.</content>
internal sealed partial class World
{
    private Task PutAsync() => _node.WriteAsync(Put());

    private async Task BurstAsync()
    {
        int count = _random.Next(5, 30);
        for (int i = 0; i < count; i++)
            await _node.WriteAsync(Put());
    }

    private Task PutIfAsync()
    {
        WriteOperation put = Put();
        int key = _random.Next(Values.Keys);
        Stored? stored = _node.History.Now.GetValueOrDefault(key);
        Condition condition = _random.Next(4) switch
        {
            0 => Condition.IfAbsent,
            1 => Condition.IfPresent,
            2 when stored is { Sequence: > 0 } => Condition.IfSequence(stored.Sequence),
            _ => Condition.IfSequence((ulong)_random.Next(1, 100)),
        };
        return _node.WriteAsync(put with { Key = Values.KeyOf(key), Condition = condition });
    }

    private Task BatchAsync()
    {
        var batch = new WriteOperation[_random.Next(2, 9)];
        for (int i = 0; i < batch.Length; i++)
            batch[i] = _random.Next(3) == 0 ? Delete() : Put();
        if (_random.Next(4) == 0)
        {
            int at = _random.Next(batch.Length);
            batch[at] = batch[at] with { Condition = Pick(Condition.IfAbsent, Condition.IfPresent) };
        }

        return _node.WriteAsync(batch);
    }

    private Task ReadAsync()
    {
        for (int count = _random.Next(1, 12); count > 0; count--)
            _node.Read(_values.Key());
        return Task.CompletedTask;
    }

    private Task ListAsync()
    {
        _node.List(Pick([.. Values.Collections]), _random.Next(1, 12));
        return Task.CompletedTask;
    }

    private Task SnapshotAsync()
    {
        _node.TakeSnapshot();
        return Task.CompletedTask;
    }

    private Task ReadSnapshotAsync()
    {
        _node.ReadSnapshot(_random.Next(100), _random.Next(3) == 0);
        return Task.CompletedTask;
    }

    private Task PackAsync()
    {
        _node.Store.Compression = Pick(Enum.GetValues<CompressionLevel>());
        int files = _node.Store.Pack(CancellationToken.None);
        _trace.Add($"main: packed {files} files at {_node.Store.Compression}");
        return Task.CompletedTask;
    }

    private Task JumpAsync()
    {
        TimeSpan by = Pick(
            TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2), TimeSpan.FromHours(7), TimeSpan.FromDays(2),
            TimeSpan.FromDays(5), TimeSpan.FromDays(40), TimeSpan.FromMinutes(-1), TimeSpan.FromHours(-5));
        _trace.Add($"clock: {by}");
        _clock.Jump(by);
        return Task.CompletedTask;
    }

    private Task ResizeAsync()
    {
        _node.Store.Memory.HotBytes = _random.Next(1, 4) << 20;
        return Task.CompletedTask;
    }

    private Task ChangePolicyAsync()
    {
        _node.Store.Durability = Pick(Enum.GetValues<DurabilityPolicy>());
        _trace.Add($"main: policy {_node.Store.Durability}");
        return Task.CompletedTask;
    }

    private Task RestartAsync(bool keepIndex)
    {
        _trace.Add($"main: restart, the index snapshot {(keepIndex ? "stays" : "is deleted")}");
        _node.Close();
        _node.Files.CrashAt(-1);
        if (!keepIndex)
        {
            _node.Files.Delete("index.snapshot");
            _node.Files.SyncDirectory("");
        }

        _node = Open("main", _node.Files, _node.History);
        WorldException.Unless(
            _node.Store.Status.Sequence == _node.History.Last,
            $"After a clean stop at {_node.History.Last} the store shows {_node.Store.Status.Sequence}.");
        return Task.CompletedTask;
    }

    private Task ArmCrashAsync()
    {
        int number = _node.Files.Operations.Count + _random.Next(_random.Next(2) == 0 ? 6 : 80);
        Tear tear = ChooseTear();
        _trace.Add($"main: the power will be lost at operation {number}, {tear}");
        _node.Files.CrashAt(number, tear);
        return Task.CompletedTask;
    }

    private Tear ChooseTear() => _random.Next(5) switch
    {
        0 => Tear.None,
        1 => Tear.All,
        2 => Tear.Prefix(_random.Next(1000)),
        _ => Tear.Sectors(_random.Next(1000)),
    };

    /// <summary>Opens what the power left, also when it goes away again meanwhile.</summary>
    private void Recover()
    {
        Node lost = _node;
        lost.Store.Dispose();
        FaultyFiles files = lost.Files.AfterCrash();
        if (_random.Next(4) == 0)
            files.CrashAt(_random.Next(12), ChooseTear());
        TieredStore store;
        try
        {
            store = TieredStore.Open(_options, files, _clock, _cold);
        }
        catch (StoreException) when (files.Crashed)
        {
            _trace.Add("main: the power is lost again");
            files = files.AfterCrash();
            store = TieredStore.Open(_options, files, _clock, _cold);
        }

        files.CrashAt(-1);
        ulong sequence = store.Status.Sequence;
        _trace.Add($"main: comes back at {sequence} of {lost.History.Last}, durable {lost.History.Durable}");
        History survived = lost.Survived(sequence, Math.Max(lost.History.Durable, lost.History.Recoverable), "The log after a crash");
        _node = new Node("main", files, store, survived, _clock, _trace);
        Fairly(() => _node.ReadAll("after a crash"));
    }

    private void Fairly(Action action)
    {
        bool before = _weather.IsFair;
        _weather.IsFair = true;
        action();
        _weather.IsFair = before;
    }

    private WriteOperation Put() => new()
    {
        Key = Values.KeyOf(_values.Key()),
        Value = _values.Value(),
        Metadata = _values.Metadata(),
        ExpiresAt = _random.Next(6) == 0 ? _clock.GetUtcNow() + TimeSpan.FromSeconds(_random.Next(1, 4000)) : null,
    };

    private WriteOperation Delete() => new() { Key = Values.KeyOf(_values.Key()), Delete = true };
}
