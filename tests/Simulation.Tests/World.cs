using Thermocline.Store;
using Thermocline.Testing;
using Thermocline.Testing.Cold;

namespace Thermocline.Simulation.Tests;

/// <summary>
/// Everything that happens to one store from one seed: writes and reads, packing and shipping, clocks that jump, disks that
/// lose power, buckets that lose answers, restarts, and restorations beside an instance that is still alive.
/// </summary>
internal sealed partial class World : IDisposable
{
    private readonly Random _random;
    private readonly WorldClock _clock = new();
    private readonly Trace _trace;
    private readonly Values _values;
    private readonly Weather _weather;
    private readonly MemoryColdStore? _cold;
    private readonly bool _conditions;
    private readonly StoreOptions _options;
    private Node _node;
    private Zombie? _zombie;

    public World(int seed, Trace trace)
    {
        _random = new Random(seed);
        _trace = trace;
        _values = new Values(_random);
        ConditionSupport support = _random.Next(6) switch
        {
            0 => ConditionSupport.Ignored,
            1 => ConditionSupport.Refused,
            _ => ConditionSupport.Honoured,
        };
        _conditions = support == ConditionSupport.Honoured;
        _weather = new Weather(_random, Pick(0, 2, 10), _conditions);
        if (_random.Next(5) > 0)
            _cold = new MemoryColdStore(_clock, support) { Rule = Decide };
        _options = ChooseOptions();
        trace.Add($"bucket {(_cold is null ? "none" : support)}, policy {_options.Durability}, level {_options.Compression}, "
            + $"{_options.SegmentFrames} frames a segment, archive {_options.Cold.ArchiveLevel}");
        _node = Open("main", new FaultyFiles(), new History());
    }

    /// <summary>Lives.</summary>
    /// <exception cref="WorldException">The store did what it must not.</exception>
    public async Task RunAsync()
    {
        int steps = _random.Next(50, 150);
        for (int i = 0; i < steps; i++)
        {
            await TryAsync(StepAsync);
            MeetOther();
            if (_node.Files.Crashed)
                Recover();
        }

        await EndAsync();
    }

    public void Dispose()
    {
        _zombie?.Node.Store.Dispose();
        _node.Store.Dispose();
        _cold?.Dispose();
    }

    /// <summary>Does something, and takes only those failures for granted that were made.</summary>
    private async Task TryAsync(Func<Task> action)
    {
        long struck = _weather.Struck;
        try
        {
            await action();
        }
        catch (StoreException failure) when (_node.Files.Crashed)
        {
            _trace.Add($"main: {failure.Fault}, the power is off");
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            _trace.Add($"main: {failure.Fault}");
            WorldException.Unless(_weather.Struck > struck, $"Nothing was wrong with the bucket: {failure.Message}");
        }
        catch (Exception failure) when (failure is not WorldException)
        {
            throw new WorldException($"{failure.GetType().Name} escaped: {failure}", failure);
        }
    }

    private Task StepAsync()
    {
        int dice = _random.Next(1000);
        return dice switch
        {
            < 230 => PutAsync(),
            < 270 => BurstAsync(),
            < 330 => PutIfAsync(),
            < 400 => _node.WriteAsync(Delete()),
            < 460 => BatchAsync(),
            < 570 => ReadAsync(),
            < 610 => ListAsync(),
            < 630 => SnapshotAsync(),
            < 660 => ReadSnapshotAsync(),
            < 730 => PackAsync(),
            < 820 => ShipAsync(),
            < 860 => JumpAsync(),
            < 870 => ResizeAsync(),
            < 885 => ChangePolicyAsync(),
            < 895 => _node.FlushAsync(),
            < 915 => RestartAsync(keepIndex: true),
            < 925 => RestartAsync(keepIndex: false),
            < 955 => ArmCrashAsync(),
            < 970 => DeliverLateAsync(),
            < 980 => RestoreAsync(),
            _ => ZombieAsync(),
        };
    }

    private Node Open(string name, FaultyFiles files, History history) =>
        new(name, files, TieredStore.Open(_options, files, _clock, _cold), history, _clock, _trace);

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    private StoreOptions ChooseOptions() => new()
    {
        HotBytes = 1 << 20,
        SegmentBytes = 64 << 10,
        SegmentFrames = Pick(16, 16, 24, 64),
        Durability = Pick(Enum.GetValues<DurabilityPolicy>()),
        SyncInterval = TimeSpan.FromMinutes(1),
        Compression = Pick(Enum.GetValues<CompressionLevel>()),
        Deduplicate = _random.Next(4) > 0,
        BackgroundPacking = false,
        ChunkCacheBytes = Pick(0, 64 << 10, 1 << 20),
        Cold = new ColdOptions
        {
            Background = false,
            HalfLife = TimeSpan.FromDays(1),
            ArchiveAge = TimeSpan.FromDays(3),
            HotStrengthMin = Pick(0.3, 0.7),
            WarmStrengthMin = Pick(0.05, 0.3),
            MovesMax = Pick(1, 16),
            ArchiveLevel = Pick<CompressionLevel?>(null, CompressionLevel.Fast, CompressionLevel.Max),
        },
    };
}
