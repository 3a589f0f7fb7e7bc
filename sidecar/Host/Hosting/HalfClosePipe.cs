using System.IO.Pipelines;

namespace Thermocline.Sidecar.Hosting;

/// <summary>A connection's two directions, the incoming one read by a <see cref="HalfCloseReader"/>.</summary>
internal sealed class HalfClosePipe(IDuplexPipe transport) : IDuplexPipe
{
    /// <summary>The reader that knows about requests.</summary>
    public HalfCloseReader Reader { get; } = new(transport.Input);

    public PipeReader Input => Reader;

    public PipeWriter Output { get; } = transport.Output;
}
