namespace Thermocline.Store.Log;

/// <summary>The keys of one segment, wherever they are kept.</summary>
internal interface IKeySource
{
    /// <summary>A cursor before the first entry whose key is not below the given one.</summary>
    IKeyCursor Seek(ReadOnlySpan<byte> key);
}
