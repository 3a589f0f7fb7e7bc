using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Thermocline.Memory.Portable;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Export;

/// <summary>
/// Walks through the records of a snapshot in the order of their keys and writes them. Holds one page of keys and what was
/// written since the caller took it, so the memory it needs does not depend on how much there is. Does not own the snapshot.
/// </summary>
public sealed class ExportCursor
{
    private const int PageKeys = 1000;
    private const int DamagedNamedMax = 100;

    private readonly StoreSnapshot _snapshot;
    private readonly IRecordFormat _format;
    private readonly byte[] _prefix;
    private readonly byte[]? _type;
    private readonly List<string> _damaged = [];
    private IReadOnlyList<byte[]> _page = [];
    private int _at;
    private bool _more = true;
    private bool _begun;

    /// <summary>Begins an export.</summary>
    /// <param name="snapshot">What is exported.</param>
    /// <param name="selection">Which records; without mistakes.</param>
    /// <param name="after">The composed key behind which it begins; empty for the first record.</param>
    public ExportCursor(StoreSnapshot snapshot, ExportSelection selection, ReadOnlyMemory<byte> after)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(selection);
        _snapshot = snapshot;
        _prefix = selection.KeyPrefix();
        _type = selection.Type is null ? null : Encoding.UTF8.GetBytes(selection.Type);
        _begun = !after.IsEmpty;
        LastKey = after.ToArray();
        _format = selection.Format switch
        {
            ExportFormat.Jsonl => new JsonLinesFormat(),
            ExportFormat.V1 => new V1Format(),
            ExportFormat.Csv => new CsvFormat(),
        };
    }

    /// <summary>The last composed key that was looked at: where to go on.</summary>
    public byte[] LastKey { get; private set; }

    /// <summary>What was written so far.</summary>
    public ExportCounts Counts { get; private set; } = new();

    /// <summary>Writes whole records until the buffer holds so many bytes; false when there are no more records.</summary>
    /// <exception cref="StoreException">The disk failed, or the snapshot was held for too long.</exception>
    public bool Fill(ArrayBufferWriter<byte> output, int bytes)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!_begun)
            _format.Begin(output);
        _begun = true;
        while (output.WrittenCount < bytes)
        {
            if (_at == _page.Count && !NextPage())
                return false;
            byte[] key = _page[_at++];
            Write(key, output);
            LastKey = key;
        }

        return true;
    }

    private bool NextPage()
    {
        if (!_more)
            return false;
        ListPage page = _snapshot.List(_prefix, LastKey, PageKeys);
        _page = page.Keys;
        _at = 0;
        _more = page.More;
        return _page.Count > 0;
    }

    private void Write(byte[] key, ArrayBufferWriter<byte> output)
    {
        try
        {
            WriteFound(key, output);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // One damaged frame must not keep all others from leaving.
            if (_damaged.Count < DamagedNamedMax)
                _damaged.Add($"{Name(key)}: {failure.Message}");
            Counts = Counts with { Damaged = Counts.Damaged + 1, DamagedNamed = _damaged };
        }
    }

    // Out of its caller's handlers: decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteFound(byte[] key, ArrayBufferWriter<byte> output)
    {
        using ReadLease lease = _snapshot.Read(key);
        if (!lease.Found || !IsWanted(lease))
            return;
        _format.Write(new RecordView(lease), output);
        Counts = Counts with { Records = Counts.Records + 1, ValueBytes = Counts.ValueBytes + lease.Value.Length };
    }

    private bool IsWanted(in ReadLease lease)
    {
        if (_type is null)
            return true;
        try
        {
            return RecordHead.Read(lease.Metadata, _type, null, null).Matches;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Not the fields of a memory, so not a memory of that type.
            return false;
        }
    }

    private static string Name(byte[] key) =>
        key[0] > 0 && key.Length > key[0]
            ? $"{Encoding.UTF8.GetString(Keys.CollectionOf(key))}/{Encoding.UTF8.GetString(Keys.KeyOf(key))}"
            : Convert.ToHexStringLower(key);
}
