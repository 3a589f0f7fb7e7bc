using System.Buffers;
using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>
/// A block in RAM, for as long as one of its events is outstanding. Its bytes are lent to handlers. Not safe for several
/// threads: its group's lock is held.
/// </summary>
internal sealed class LoadedBlock(byte[] bytes, BlockPlace place)
{
    private int _outstanding;
    private bool _isRead;
    private bool _abandoned;
    private bool _released;

    public byte[] Bytes { get; } = bytes;

    public BlockPlace Place { get; } = place;

    public BlockReader Reader { get; } = new(bytes, place.Bytes);

    /// <summary>Whether nobody needs it any more.</summary>
    public bool IsDone => _isRead && _outstanding == 0;

    public void Enter() => _outstanding++;

    public void Leave() => _outstanding--;

    public void NoteRead() => _isRead = true;

    /// <summary>A handler that did not end in time still has a part of it: the bytes are left to the garbage collector.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>Gives the bytes back, once.</summary>
    public void Release()
    {
        if (!_released && !_abandoned)
            ArrayPool<byte>.Shared.Return(Bytes);
        _released = true;
    }
}
