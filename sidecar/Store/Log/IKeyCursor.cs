using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>A walk over the keys of one segment in byte order; versions of one key in the order they were written.</summary>
internal interface IKeyCursor
{
    /// <summary>The current key, valid until the next move.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>The current entry.</summary>
    KeyEntry Entry { get; }

    /// <summary>Goes on; false at the end.</summary>
    bool MoveNext();
}
