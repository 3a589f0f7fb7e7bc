using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Recovery;

/// <summary>The newest entry of the key that a walk over a key table is at.</summary>
internal sealed class KeyRun
{
    private readonly byte[] _key = new byte[Limits.ComposedKeyBytesMax];
    private int _length;

    public bool IsEmpty => _length == 0;

    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _length);

    public KeyEntry Entry { get; private set; }

    /// <summary>Takes the cursor's entry when it is of the same key, or the first; false when another key begins.</summary>
    public bool Take(IKeyCursor cursor)
    {
        if (!IsEmpty && !cursor.Key.SequenceEqual(Key))
            return false;
        Restart(cursor);
        return true;
    }

    public void Restart(IKeyCursor cursor)
    {
        cursor.Key.CopyTo(_key);
        _length = cursor.Key.Length;
        Entry = cursor.Entry;
    }
}
