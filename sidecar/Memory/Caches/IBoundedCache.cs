namespace Thermocline.Memory.Caches;

/// <summary>A cache as its budget sees it, whatever it holds.</summary>
public interface IBoundedCache
{
    /// <summary>Bytes held.</summary>
    long Bytes { get; }

    /// <summary>What it holds and what it did.</summary>
    CacheFigures Figures { get; }

    /// <summary>Gives back at least so many bytes, or everything; answers how many.</summary>
    long Shrink(long bytes);
}
