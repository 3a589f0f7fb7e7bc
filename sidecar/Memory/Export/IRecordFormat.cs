using System.Buffers;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Export;

/// <summary>How records are written one after the other.</summary>
internal interface IRecordFormat
{
    /// <summary>Writes what stands before the first record.</summary>
    void Begin(IBufferWriter<byte> output);

    /// <summary>Writes one record.</summary>
    void Write(in RecordView record, IBufferWriter<byte> output);
}
