using Thermocline.Store.Accounting;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;
using Thermocline.Store.Native;

namespace Thermocline.Store.Hot;

/// <summary>
/// Makes stored frames of frames, with zstd's fastest level and the dictionary of their collection. All it works with is
/// taken when it is made: compressing allocates nothing, so it can be done when memory is short. For one thread at a time.
/// </summary>
internal sealed unsafe class HotCodec : IDisposable
{
    private const int Level = 1;

    /// <summary>Bodies below this are kept as they are.</summary>
    private const int BodyBytesMin = 16;
    private readonly HotDictionaries _dictionaries;
    private readonly Codec _codec;
    private readonly MemoryAccount _account;
    private readonly NativeChunk _memory;
    private readonly ReservedEncoder? _encoder;
    private readonly int _stagingBytes;
    private readonly int _checkBytes;
    private readonly nint _decoder;
    private Collection[] _collections = [];

    /// <param name="dictionaries">Where readers find the dictionaries again.</param>
    /// <param name="codec">How bodies are made smaller: <see cref="Best"/>, as a rule.</param>
    /// <param name="frameBytesMax">The largest frame.</param>
    /// <param name="batchBytes">Bytes of the frames that are compressed before they are put in their place.</param>
    /// <param name="account">All of it is charged to it.</param>
    public HotCodec(HotDictionaries dictionaries, Codec codec, int frameBytesMax, int batchBytes, MemoryAccount account)
    {
        _codec = codec;
        _account = account;
        _dictionaries = dictionaries;
        _checkBytes = frameBytesMax;
        _stagingBytes = Math.Max(frameBytesMax, batchBytes);
        int workspace = codec == Codec.Zstd ? ReservedEncoder.WorkspaceBytes(frameBytesMax) : 0;
        _memory = new NativeChunk(workspace + _stagingBytes + frameBytesMax, account);
        // The kernel gives memory when it is first written to, which would be when there is none.
        new Span<byte>(_memory.Base, _memory.Bytes).Clear();
        if (workspace == 0)
            return;
        _encoder = new ReservedEncoder(_memory.Base, workspace, Level);
        _decoder = DecoderContexts.Rent();
    }

    /// <summary>zstd; on a machine without it lz4; without either frames are stored as they are.</summary>
    public static Codec Best => Zstd.IsPlaceable ? Codec.Zstd : Lz4.IsAvailable ? Codec.Lz4 : Codec.Raw;

    /// <summary>Where stored frames are put together.</summary>
    public Span<byte> Staging => new(_memory.Base + _memory.Bytes - _checkBytes - _stagingBytes, _stagingBytes);

    /// <summary>Whether it works with just these dictionaries.</summary>
    public bool Has(IReadOnlyList<CollectionDictionary> dictionaries) =>
        _encoder is null || dictionaries.Select(static one => one.Dictionary.Id).SequenceEqual(_collections.Select(static one => one.Id));

    /// <summary>Digests dictionaries. No slot names a frame of the others for longer than its page says.</summary>
    /// <param name="dictionaries">One for each collection that has one.</param>
    /// <param name="inUse">Gives the numbers of the dictionaries that frames need, as bits.</param>
    public void Use(IReadOnlyList<CollectionDictionary> dictionaries, Func<ulong> inUse)
    {
        if (_encoder is null)
            return;
        ulong taken = inUse() | 1;
        var collections = new List<Collection>();
        foreach (CollectionDictionary one in dictionaries)
        {
            int number = _dictionaries.NumberOf(one.Dictionary, taken);
            if (number == 0)
                continue;
            taken |= 1UL << number;
            Collection? known = Array.Find(_collections, each => each.Id == one.Dictionary.Id);
            EncoderTables tables = known?.Tables ?? new EncoderTables(one.Dictionary.Tables.Content, Level);
            collections.Add(new Collection(one.Name, one.Dictionary.Id, number, tables));
        }

        // Tables that nobody encodes with any more are freed by their finalizer: the encoder may still point to the last.
        _account.Release(_collections.Sum(static each => each.Tables.NativeBytes));
        _collections = [.. collections];
        _account.Charge(_collections.Sum(static each => each.Tables.NativeBytes));
        _dictionaries.Forget(taken);
    }

    /// <summary>Writes the stored frame of a frame and returns its length, at most that of the frame.</summary>
    public int Encode(Frame frame, ulong tag, Span<byte> destination)
    {
        int head = StoredFrame.WriteHeader(frame, tag, destination);
        ReadOnlySpan<byte> body = frame.Bytes.Slice(Frame.HeaderBytes, frame.KeyLength + frame.MetadataLength + frame.ValueLength);
        Span<byte> enough = destination.Slice(head, (int)((long)body.Length * StoredFrame.WorthwhileEighths / 8));
        if (body.Length >= BodyBytesMin)
        {
            Collection? collection = CollectionOf(frame.Key);
            int length = _codec switch
            {
                Codec.Zstd => _encoder!.Encode(body, collection?.Tables, enough),
                Codec.Lz4 => Lz4.Encode(body, enough),
                Codec.Raw => 0,
            };
            if (length > 0 && IsExact(frame, destination[..(head + length)], collection?.Number ?? 0))
                return head + length;
        }

        body.CopyTo(destination[head..]);
        StoredFrame.Complete(destination[..(head + body.Length)], Codec.Raw, 0);
        return head + body.Length;
    }

    public void Dispose()
    {
        if (_decoder != 0)
            DecoderContexts.Return(_decoder);
        _account.Release(_collections.Sum(static each => each.Tables.NativeBytes));
        _memory.Dispose();
    }

    private Span<byte> Check => new(_memory.Base + _memory.Bytes - _checkBytes, _checkBytes);

    /// <summary>
    /// Whether what comes back is what went in. Nobody would notice otherwise: a page has no checksums, and deltas are made
    /// against the frames in RAM.
    /// </summary>
    private bool IsExact(Frame frame, Span<byte> stored, int dictionary)
    {
        StoredFrame.Complete(stored, _codec, dictionary);
        var made = new StoredFrame(stored);
        return _dictionaries.TryRestore(made, _decoder, Check)
            && Check[8..40].SequenceEqual(frame.Bytes[8..40])
            && Check.Slice(Frame.HeaderBytes, made.BodyBytes).SequenceEqual(frame.Bytes.Slice(Frame.HeaderBytes, made.BodyBytes));
    }

    private Collection? CollectionOf(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty || key[0] >= key.Length)
            return null;
        ReadOnlySpan<byte> name = Keys.CollectionOf(key);
        foreach (Collection one in _collections)
        {
            if (name.SequenceEqual(one.Name))
                return one;
        }

        return null;
    }

    private sealed record Collection(byte[] Name, ulong Id, int Number, EncoderTables Tables);
}
