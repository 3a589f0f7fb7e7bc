namespace Thermocline.Benchmarks.Dapr;

/// <summary>What a connection calls.</summary>
internal interface ICalls
{
    /// <summary>Bytes of one call at most, frames included.</summary>
    int BytesMax { get; }

    /// <summary>Writes the call for one drawn number (see <see cref="Measure.Draws"/>) and returns its length.</summary>
    int Write(int stream, bool isFirst, int drawn, Span<byte> destination);
}
