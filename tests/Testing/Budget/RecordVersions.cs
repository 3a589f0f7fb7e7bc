namespace Thermocline.Testing.Budget;

/// <summary>
/// For each record the version that was acknowledged last and the one that was sent last: what a reader may find is from the
/// first to the second. One writer owns each record; readers look on.
/// </summary>
internal sealed class RecordVersions
{
    public const int VersionMax = byte.MaxValue - 1;

    private readonly byte[] _acknowledged;
    private readonly byte[] _sent;

    public RecordVersions(int capacity)
        : this(new byte[capacity], new byte[capacity])
    {
    }

    private RecordVersions(byte[] acknowledged, byte[] sent) => (_acknowledged, _sent) = (acknowledged, sent);

    public int Capacity => _sent.Length;

    public int Acknowledged(int number) => Volatile.Read(ref _acknowledged[number]);

    public int Sent(int number) => Volatile.Read(ref _sent[number]);

    /// <summary>A version of its own for the next write of a record.</summary>
    public int Send(int number)
    {
        int next = _sent[number] + 1;
        Volatile.Write(ref _sent[number], (byte)next);
        return next;
    }

    public void Acknowledge(int number, int version) => Volatile.Write(ref _acknowledged[number], (byte)version);

    /// <summary>The number after the last record that was ever sent.</summary>
    public int End => Array.FindLastIndex(_sent, static version => version != 0) + 1;

    public void Save(string path)
    {
        using FileStream file = File.Create(path);
        file.Write(_acknowledged);
        file.Write(_sent);
    }

    /// <summary>What was saved, when it is of the same capacity; null when there is nothing.</summary>
    public static RecordVersions? Load(string path, int capacity)
    {
        if (!File.Exists(path))
            return null;
        byte[] both = File.ReadAllBytes(path);
        return both.Length == 2 * capacity
            ? new RecordVersions(both[..capacity], both[capacity..])
            : throw new InvalidOperationException($"{path} is of a run of another size: give the same options, or another folder.");
    }
}
