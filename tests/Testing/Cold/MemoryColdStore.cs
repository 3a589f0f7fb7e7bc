using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;

namespace Thermocline.Testing.Cold;

/// <summary>
/// A cold store in RAM whose requests go wrong as told: by a list for the next requests, or by a rule for each. Objects live as
/// long as it does; disposing it does nothing, so that several "processes" can share one.
/// </summary>
public sealed class MemoryColdStore(TimeProvider time, ConditionSupport conditions = ConditionSupport.Honoured) : IColdStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Version> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Version?> _before = [];
    private readonly Queue<ColdTrouble> _next = [];
    private readonly List<Action> _late = [];
    private readonly List<ColdCall> _calls = [];

    /// <summary>Decides what goes wrong with a request, when nothing is listed for it.</summary>
    public Func<ColdCall, ColdTrouble>? Rule { get; set; }

    public string Name => "memory";

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<ColdCall> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>Names of all objects, in order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
                return [.. _objects.Keys];
        }
    }

    /// <summary>Lists what goes wrong with the next requests, one each.</summary>
    public void Next(params ReadOnlySpan<ColdTrouble> troubles)
    {
        lock (_gate)
        {
            foreach (ColdTrouble trouble in troubles)
                _next.Enqueue(trouble);
        }
    }

    /// <summary>Lets the writes arrive that are still on their way; returns how many.</summary>
    public int DeliverLate()
    {
        lock (_gate)
        {
            int count = _late.Count;
            foreach (Action write in _late)
                write();
            _late.Clear();
            return count;
        }
    }

    /// <summary>Changes bytes of an object behind everybody's back.</summary>
    public void Corrupt(string name, Func<byte[], byte[]> change)
    {
        lock (_gate)
            _objects[name] = _objects[name] with { Content = change([.. _objects[name].Content]) };
    }

    public ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation) => ColdProbe.RunAsync(this, cancellation);

    public ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation) =>
        WriteAsync(ColdOperation.Put, name, content.ToArray(), condition, cancellation);

    public ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        byte[] content = new byte[file.Length];
        if (file.Read(content, 0) != content.Length)
            throw new InvalidOperationException("The file got shorter.");
        return WriteAsync(ColdOperation.Upload, name, content, condition, cancellation);
    }

    public async ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation) =>
        await SeenAsync(ColdOperation.Head, name, cancellation) is { } seen
            ? new ColdHead(seen.Content.Length, seen.Tag, seen.LastModified)
            : null;

    public async ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation)
    {
        if (await SeenAsync(ColdOperation.Get, name, cancellation) is not { } seen)
            return null;
        if (seen.Content.Length > bytesMax)
            throw ColdFailure.TooLong(name, seen.Content.Length, bytesMax);
        return new ColdObject(seen.Content, seen.Tag);
    }

    public async ValueTask<bool> ReadAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (await SeenAsync(ColdOperation.Read, name, cancellation) is not { } seen)
            return false;
        if (offset + destination.Length > seen.Content.Length)
            throw ColdFailure.TooShort(name, seen.Content.Length, offset + destination.Length);
        seen.Content.AsMemory((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public async IAsyncEnumerable<ColdEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ColdName.CheckPrefix(prefix);
        ColdTrouble trouble = await BeginAsync(ColdOperation.List, prefix, cancellation);
        ColdEntry[] entries;
        lock (_gate)
        {
            entries =
            [
                .. _objects.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(name => (Name: name, Seen: Look(name, trouble)))
                    .Where(pair => pair.Seen is not null)
                    .Select(pair => new ColdEntry(pair.Name, pair.Seen!.Content.Length, pair.Seen.LastModified)),
            ];
        }

        foreach (ColdEntry entry in entries)
            yield return entry;
    }

    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        foreach (string name in names)
            ColdName.Check(name);
        ColdTrouble trouble = await BeginAsync(ColdOperation.Delete, names.Count > 0 ? names[0] : "", cancellation);
        lock (_gate)
        {
            foreach (string name in names)
            {
                _before[name] = _objects.GetValueOrDefault(name);
                _objects.Remove(name);
            }
        }

        LoseAnswer(ColdOperation.Delete, trouble);
    }

    public async ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        await BeginAsync(ColdOperation.Discard, "", cancellation);
        return 0;
    }

    public void Dispose()
    {
    }

    private static void LoseAnswer(ColdOperation kind, ColdTrouble trouble)
    {
        if (trouble is ColdTrouble.AnswerLost)
            throw ColdFailure.Unavailable(kind.ToString(), "the answer was lost (scripted).");
    }

    private async ValueTask<ColdPut> WriteAsync(
        ColdOperation kind, string name, byte[] content, ColdCondition condition, CancellationToken cancellation)
    {
        ColdName.Check(name);
        ColdTrouble trouble = await BeginAsync(kind, name, cancellation);
        if (!condition.IsNone && conditions == ConditionSupport.Refused)
            throw ColdFailure.NoConditions(kind.ToString());
        lock (_gate)
        {
            if (trouble is ColdTrouble.Late or ColdTrouble.Duplicate)
                _late.Add(() => Write(name, content, condition));
            if (trouble is ColdTrouble.Late)
                throw ColdFailure.Unavailable(kind.ToString(), "it is still on its way (scripted).");
            ColdPut put = Write(name, content, condition);
            LoseAnswer(kind, trouble);
            return put;
        }
    }

    private ColdPut Write(string name, byte[] content, ColdCondition condition)
    {
        Version? present = _objects.GetValueOrDefault(name);
        bool holds = conditions == ConditionSupport.Ignored || condition.IsNone
            || (condition.IsAbsent ? present is null : present?.Tag == condition.Version);
        if (!holds)
            return ColdPut.ConditionFailed;
        _before[name] = present;

        // Tags follow from the content, as those of a bucket do: the same content again has the same tag.
        string tag = Convert.ToHexStringLower(SHA256.HashData(content))[..32];
        _objects[name] = new Version(content, tag, time.GetUtcNow());
        return ColdPut.Done(tag);
    }

    private async ValueTask<Version?> SeenAsync(ColdOperation kind, string name, CancellationToken cancellation)
    {
        ColdName.Check(name);
        ColdTrouble trouble = await BeginAsync(kind, name, cancellation);
        LoseAnswer(kind, trouble);
        lock (_gate)
            return Look(name, trouble);
    }

    private Version? Look(string name, ColdTrouble trouble) =>
        trouble == ColdTrouble.Stale && _before.TryGetValue(name, out Version? before) ? before : _objects.GetValueOrDefault(name);

    private async ValueTask<ColdTrouble> BeginAsync(ColdOperation kind, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ColdTrouble trouble = Decide(kind, name);
        switch (trouble)
        {
            case ColdTrouble.Unavailable:
                throw ColdFailure.Unavailable(kind.ToString(), "it is away (scripted).");
            case ColdTrouble.Refused:
                throw ColdFailure.Refused(kind.ToString(), "the rights are missing (scripted).");
            case ColdTrouble.Conflict:
                throw ColdFailure.Conflict(kind.ToString());
            case ColdTrouble.Hangs:
                await ForeverAsync(cancellation);
                break;
        }

        return trouble;
    }

    // Ends where it is cancelled, on the thread that does so: a test with a clock of its own stays in step.
    private static async Task ForeverAsync(CancellationToken cancellation)
    {
        var never = new TaskCompletionSource();
        await using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(_ => never.TrySetCanceled(cancellation), null);
        await never.Task;
    }

    private ColdTrouble Decide(ColdOperation kind, string name)
    {
        ColdCall call;
        lock (_gate)
        {
            call = new ColdCall(kind, name, _calls.Count);
            _calls.Add(call);
            if (_next.TryDequeue(out ColdTrouble next))
                return next;
        }

        // Outside the lock: a rule may use this store itself, as somebody else who comes in between.
        return Rule?.Invoke(call) ?? ColdTrouble.None;
    }

    private sealed record Version(byte[] Content, string Tag, DateTimeOffset LastModified);
}
