namespace Thermocline.Testing.Crash;

/// <summary>What a reader may find at a key: a version, or nothing.</summary>
internal readonly record struct KeyState(long Version, bool Present)
{
    public static readonly KeyState Absent = new(0, false);

    public override string ToString() => Present ? $"version {Version}" : "nothing";

    /// <summary>Whether a reader can tell the two apart: a key absent by two deletions is just absent.</summary>
    public bool LooksLike(KeyState other) => Present ? this == other : !other.Present;
}

/// <summary>The history of one key, as its only writer knows it.</summary>
internal sealed class KeyHistory(string key)
{
    private long _lastVersion;

    public string Key { get; } = key;

    /// <summary>The state after the last write that was answered, or that was found after a restart.</summary>
    public KeyState Acknowledged { get; private set; } = KeyState.Absent;

    /// <summary>The etag of that state, when known.</summary>
    public string? ETag { get; private set; }

    /// <summary>The state after a write that was sent and not answered.</summary>
    public KeyState? InDoubt { get; private set; }

    public KeyState Attempt(bool present)
    {
        KeyState next = new(++_lastVersion, present);
        InDoubt = next;
        return next;
    }

    public void Acknowledge(string? etag)
    {
        Acknowledged = InDoubt ?? throw new InvalidOperationException($"Nothing was attempted at '{Key}'.");
        ETag = etag;
        InDoubt = null;
    }

    /// <summary>The write did not happen, the server said so.</summary>
    public void Withdraw() => InDoubt = null;

    /// <summary>What was read after a restart is the truth from now on.</summary>
    public void Settle(KeyState found, string? etag)
    {
        Acknowledged = found;
        ETag = etag;
        InDoubt = null;
    }
}
