namespace Thermocline.Benchmarks.Wire;

/// <summary>What is said on a connection: a request and its answer, one at a time.</summary>
internal interface IWireProtocol
{
    /// <summary>Writes the request for one drawn number (see <see cref="Measure.Draws"/>) and returns its length.</summary>
    int WriteRequest(int drawn, Span<byte> destination);

    /// <summary>Bytes of the whole answer at the start of <paramref name="received"/>, or 0 while more has to come.</summary>
    /// <exception cref="InvalidDataException">The server answered with an error, or not what was asked for.</exception>
    int AnswerBytes(ReadOnlySpan<byte> received);
}
