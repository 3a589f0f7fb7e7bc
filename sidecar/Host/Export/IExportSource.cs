using System.Buffers;
using Thermocline.Memory.Export;

namespace Thermocline.Sidecar.Export;

/// <summary>Where exported bytes come from: a data folder opened by this process, or a running sidecar.</summary>
internal interface IExportSource : IDisposable
{
    /// <summary>The moment: the sequence number of the last write in it.</summary>
    ulong Sequence { get; }

    /// <summary>Records there are at most, or 0 when that is not known.</summary>
    long RecordsAtMost { get; }

    /// <summary>Adds a piece of whole records; false when it was the last.</summary>
    ValueTask<bool> ReadAsync(ArrayBufferWriter<byte> output, CancellationToken cancellation);

    /// <summary>The composed key of the last record that was given, or null when that cannot be told.</summary>
    byte[]? LastKey();

    /// <summary>What was given so far.</summary>
    ExportCounts Counts { get; }
}
