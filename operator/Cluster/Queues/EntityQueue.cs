using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Pacing;

namespace Thermocline.Operator.Cluster.Queues;

/// <summary>
/// Which objects are to be worked on, in the order they came. An object waits once however often it is added, and has one worker at a
/// time. Its timer goes off whatever else happens to it: an event in between neither clears nor moves it.
/// </summary>
internal sealed class EntityQueue : IDisposable
{
    // Timers of the runtime reach about seven weeks; whoever wants to wait longer is asked in between.
    private static readonly TimeSpan DelayMax = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly TokenBucket _repetitions;
    private readonly Dictionary<EntityKey, QueuedEntity> _entities = [];
    private readonly Queue<QueuedEntity> _order = [];
    private readonly SortedSet<(long Due, string Namespace, string Name)> _timers = new(DueOrder);
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly ITimer _timer;

    private TaskCompletionSource _space = NewSignal();
    private int _working;
    private long _added;
    private long _retries;
    private bool _disposed;

    public EntityQueue(QueueOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _repetitions = new TokenBucket(options.RepetitionsPerSecond, options.RepetitionsBurst, time);
        _timer = time.CreateTimer(_ => GoOff(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public QueueStatus Status
    {
        get
        {
            lock (_gate)
                return new QueueStatus(_order.Count, _working, _timers.Count, _added, _retries);
        }
    }

    private static IComparer<(long Due, string Namespace, string Name)> DueOrder =>
        Comparer<(long Due, string Namespace, string Name)>.Create(static (left, right) =>
        {
            int order = left.Due.CompareTo(right.Due);
            if (order == 0)
                order = string.CompareOrdinal(left.Namespace, right.Namespace);
            return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
        });

    /// <summary>Lets an object wait for a worker; false when the queue is full of others.</summary>
    public bool TryAdd(EntityKey key)
    {
        lock (_gate)
        {
            if (Entity(key) is not { } entity)
                return false;
            Wait(entity);
            return true;
        }
    }

    /// <summary>Lets an object wait, as soon as the queue has room for it.</summary>
    public async ValueTask AddAsync(EntityKey key, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
                room = _space.Task;
            if (TryAdd(key))
                return;
            await room.WaitAsync(cancellation);
        }
    }

    /// <summary>Lets an object come again after a while, or earlier when its timer says so; false when the queue is full of others.</summary>
    public bool AddAfter(EntityKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (Entity(key) is not { } entity)
                return false;
            SetTimer(entity, delay);
            return true;
        }
    }

    /// <summary>Lets an object come again after a failure: later every time, and not with too many others.</summary>
    public bool AddRateLimited(EntityKey key)
    {
        lock (_gate)
        {
            if (Entity(key) is not { } entity)
                return false;
            entity.Failures = Math.Min(entity.Failures, int.MaxValue - 1) + 1;
            _retries++;
            TimeSpan own = _options.Backoff.After(entity.Failures);
            TimeSpan shared = _repetitions.Reserve();
            SetTimer(entity, own > shared ? own : shared);
            return true;
        }
    }

    /// <summary>The object went well: its next failure is its first again. Its timer stays.</summary>
    public void Forget(EntityKey key)
    {
        lock (_gate)
        {
            if (!_entities.TryGetValue(key, out QueuedEntity? entity))
                return;
            entity.Failures = 0;
            Release(entity);
        }
    }

    /// <summary>The object is gone: neither its failures nor its timer are of use.</summary>
    public void Drop(EntityKey key)
    {
        lock (_gate)
        {
            if (!_entities.TryGetValue(key, out QueuedEntity? entity))
                return;
            entity.Failures = 0;
            ClearTimer(entity);
            Release(entity);
        }
    }

    /// <summary>The object that waited longest, once there is one. <see cref="Done"/> must follow.</summary>
    public async ValueTask<EntityKey> TakeAsync(CancellationToken cancellation)
    {
        await _waiting.WaitAsync(cancellation);
        EntityKey key;
        TimeSpan waited;
        lock (_gate)
        {
            QueuedEntity entity = _order.Dequeue();
            entity.IsWaiting = false;
            entity.IsWorking = true;
            _working++;
            (key, waited) = (entity.Key, _time.GetElapsedTime(entity.WaitingSince));
        }

        _options.Waited?.Invoke(waited);
        return key;
    }

    /// <summary>Nobody works on the object any more; if it was added meanwhile it waits behind the others.</summary>
    public void Done(EntityKey key)
    {
        lock (_gate)
        {
            QueuedEntity entity = _entities[key];
            entity.IsWorking = false;
            _working--;
            if (entity.IsWantedAgain)
            {
                entity.IsWantedAgain = false;
                Wait(entity);
            }

            Release(entity);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _timer.Dispose();
        _waiting.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private QueuedEntity? Entity(EntityKey key)
    {
        if (_entities.TryGetValue(key, out QueuedEntity? entity))
            return entity;
        return _entities.Count < _options.KeysMax ? _entities[key] = new QueuedEntity(key) : null;
    }

    private void Wait(QueuedEntity entity)
    {
        if (entity.IsWorking)
        {
            entity.IsWantedAgain = true;
            return;
        }

        if (entity.IsWaiting)
            return;
        entity.IsWaiting = true;
        entity.WaitingSince = _time.GetTimestamp();
        _order.Enqueue(entity);
        _added++;
        _waiting.Release();
    }

    private void Release(QueuedEntity entity)
    {
        if (!entity.IsIdle || !_entities.Remove(entity.Key))
            return;
        _space.TrySetResult();
        _space = NewSignal();
    }

    private void SetTimer(QueuedEntity entity, TimeSpan delay)
    {
        delay = delay > DelayMax ? DelayMax : delay;
        if (delay <= TimeSpan.Zero)
        {
            Wait(entity);
            return;
        }

        long due = _time.GetTimestamp() + (long)Math.Ceiling(delay.TotalSeconds * _time.TimestampFrequency);
        if (entity.Due <= due)
            return;
        ClearTimer(entity);
        entity.Due = due;
        _timers.Add((due, entity.Key.Namespace, entity.Key.Name));
        Arm();
    }

    private void ClearTimer(QueuedEntity entity)
    {
        if (entity.Due is { } due)
            _timers.Remove((due, entity.Key.Namespace, entity.Key.Name));
        entity.Due = null;
    }

    private void GoOff()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            long now = _time.GetTimestamp();
            while (_timers.Count > 0 && _timers.Min is var next && next.Due <= now)
            {
                QueuedEntity entity = _entities[new EntityKey(next.Namespace, next.Name)];
                ClearTimer(entity);
                Wait(entity);
            }

            Arm();
        }
    }

    // Rounded up to what timers count in, so that it does not go off just before.
    private void Arm()
    {
        if (_timers.Count == 0)
            return;
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), _timers.Min.Due);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
