using System.Buffers;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;

namespace Thermocline.Store.Hot;

/// <summary>
/// The dictionaries that stored frames were compressed with, by the number that stands in them. A number is given to another
/// dictionary only when no page has a frame of it any more.
/// </summary>
internal sealed class HotDictionaries
{
    private const int Numbers = 64;
    private readonly ZstdDictionary?[] _byNumber = new ZstdDictionary?[Numbers];

    /// <summary>The number of a dictionary; 0 when all of them are taken.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="taken">Numbers that must stay what they are, as bits.</param>
    public int NumberOf(ZstdDictionary dictionary, ulong taken)
    {
        int free = 0;
        for (int number = 1; number < Numbers; number++)
        {
            if (_byNumber[number]?.Id == dictionary.Id)
                return number;
            if (free == 0 && (taken & (1UL << number)) == 0)
                free = number;
        }

        if (free != 0)
            Volatile.Write(ref _byNumber[free], dictionary);
        return free;
    }

    /// <summary>Lets go of dictionaries that no frame needs.</summary>
    public void Forget(ulong taken)
    {
        for (int number = 1; number < Numbers; number++)
        {
            if ((taken & (1UL << number)) == 0)
                Volatile.Write(ref _byNumber[number], null);
        }
    }

    /// <summary>Undoes a stored frame; false when it does not come back with the length it had.</summary>
    /// <param name="stored">The stored frame; the caller holds its page.</param>
    /// <param name="decoder">A context of <see cref="DecoderContexts"/>.</param>
    /// <param name="frame">Room for the frame.</param>
    public bool TryRestore(StoredFrame stored, nint decoder, Span<byte> frame)
    {
        int number = stored.Dictionary;
        ZstdDictionary? dictionary = number == 0 ? null : Volatile.Read(ref _byNumber[number]);
        return (number == 0 || dictionary is not null) && stored.TryRestore(decoder, dictionary, frame);
    }

    /// <summary>
    /// The frame of a key in a rented buffer; null when the stored frame is another key's. False when it cannot be undone: the
    /// log has the record.
    /// </summary>
    public bool TryRead(StoredFrame stored, ReadOnlySpan<byte> key, out byte[]? rented)
    {
        rented = null;
        if (stored.KeyLength != key.Length)
            return true;
        byte[] frame = ArrayPool<byte>.Shared.Rent(stored.FrameBytes);
        nint decoder = stored.Codec == Codec.Zstd ? DecoderContexts.Rent() : 0;
        bool whole = TryRestore(stored, decoder, frame);
        if (decoder != 0)
            DecoderContexts.Return(decoder);
        if (whole && frame.AsSpan(Frame.HeaderBytes, key.Length).SequenceEqual(key))
            rented = frame;
        else
            ArrayPool<byte>.Shared.Return(frame);
        return whole;
    }
}
