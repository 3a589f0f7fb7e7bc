namespace Thermocline.Store.Accounting;

/// <summary>
/// Who holds how many bytes of memory, in one place. Owners open an account, charge what they take and dispose the account
/// with themselves. May be used from many threads at once.
/// </summary>
public sealed class MemoryLedger
{
    private readonly Lock _gate = new();
    private MemoryAccount[] _accounts = [];
    private long _managed;
    private long _native;
    private long _alarmAt = long.MaxValue;
    private Action? _alarm;

    /// <summary>Bytes charged to all accounts.</summary>
    public long Bytes => ManagedBytes + NativeBytes;

    /// <summary>Of those, on the managed heap.</summary>
    public long ManagedBytes => Interlocked.Read(ref _managed);

    /// <summary>Of those, outside it.</summary>
    public long NativeBytes => Interlocked.Read(ref _native);

    /// <summary>Every account, in the order in which they were opened.</summary>
    public IReadOnlyList<AccountFigures> Figures
    {
        get
        {
            MemoryAccount[] accounts = Volatile.Read(ref _accounts);
            return [.. accounts.Select(static account => account.Figures)];
        }
    }

    /// <summary>Opens an account for an owner.</summary>
    /// <param name="component">What it belongs to: states, signals, cache, connections or system.</param>
    /// <param name="part">Its name inside the component.</param>
    /// <param name="kind">Where the bytes lie.</param>
    public MemoryAccount Open(string component, string part, MemoryKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(component);
        ArgumentException.ThrowIfNullOrEmpty(part);
        var account = new MemoryAccount(this, component, part, kind);
        lock (_gate)
            Volatile.Write(ref _accounts, [.. _accounts, account]);
        return account;
    }

    /// <summary>
    /// Asks to be told, once, when a charge brings the ledger to so many bytes. It is told on the thread that charges, so
    /// it must only signal. A later call takes the place of an earlier one.
    /// </summary>
    public void AlarmAt(long bytes, Action alarm)
    {
        lock (_gate)
        {
            _alarm = alarm;
            Interlocked.Exchange(ref _alarmAt, bytes);
        }
    }

    internal void Add(MemoryKind kind, long change)
    {
        if (kind == MemoryKind.Native)
            Interlocked.Add(ref _native, change);
        else
            Interlocked.Add(ref _managed, change);
        if (change > 0 && Bytes >= Interlocked.Read(ref _alarmAt))
            Ring();
    }

    internal void Remove(MemoryAccount account)
    {
        lock (_gate)
            Volatile.Write(ref _accounts, [.. _accounts.Where(each => each != account)]);
    }

    private void Ring()
    {
        Action? alarm;
        lock (_gate)
        {
            // Another thread may have rung meanwhile, or the mark may have been set anew.
            alarm = Bytes >= _alarmAt ? _alarm : null;
            if (alarm is not null)
                _alarmAt = long.MaxValue;
        }

        alarm?.Invoke();
    }
}
