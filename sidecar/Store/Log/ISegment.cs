using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>
/// A file of the log: a raw segment as it was written, or a packed one that stands in for a run of them. Addresses stay
/// what they were, so that packing moves nothing in the index.
/// </summary>
internal interface ISegment : IDisposable
{
    /// <summary>First segment number it covers.</summary>
    int First { get; }

    /// <summary>Last segment number it covers.</summary>
    int Last { get; }

    /// <summary>The file, relative to the data folder.</summary>
    string Path { get; }

    /// <summary>Its keys in order, once they are known. Replaced when the table on disk is damaged.</summary>
    IKeySource? Keys { get; set; }

    /// <summary>Opens <see cref="Keys"/>, from the table on disk when it is good.</summary>
    /// <exception cref="StoreException">The world failed.</exception>
    IKeySource OpenKeys(Action<Damage> report);

    /// <summary>Makes the keys again from the frames.</summary>
    /// <exception cref="StoreException">The world failed.</exception>
    IKeySource ScanKeys(Action<Damage> report);

    /// <summary>Bytes on the local disk, or 0 when the file cannot be opened: for figures only.</summary>
    long LengthOrZero { get; }

    /// <summary>Whether its records, or some of them, are in the cold store alone.</summary>
    bool IsStub { get; }

    /// <summary>Whether the frame at an address can be read without asking the cold store.</summary>
    bool IsAtHand(Address address);

    /// <summary>Brings what is needed to read the frame at an address from the cold store.</summary>
    /// <exception cref="StoreException">The cold store is away, or what it has is damaged.</exception>
    ValueTask FetchAsync(Address address, CancellationToken cancellation);

    /// <summary>Frames of it that were replaced or deleted, as far as is known.</summary>
    int DeadFrames { get; }

    /// <summary>Counts some more of them.</summary>
    void NoteDead(int frames);

    /// <summary>
    /// Reads the frame at an address when it is of this key. The array is rented from the shared pool and belongs to the
    /// caller; null when the frame is of another key, or was dropped because it was dead. The frame's checksums are not
    /// filled in.
    /// </summary>
    /// <exception cref="StoreException">Damaged, or the world failed.</exception>
    byte[]? TryRead(Address address, ReadOnlySpan<byte> key, out Tier tier);

    /// <summary>Whether the frame at an address is of this key; a damaged frame is taken for it, because its tag agrees.</summary>
    /// <exception cref="StoreException">The world failed.</exception>
    bool IsOfKey(Address address, ReadOnlySpan<byte> key);
}
