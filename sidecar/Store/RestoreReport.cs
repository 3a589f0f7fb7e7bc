namespace Thermocline.Store;

/// <summary>How far a restoration has come.</summary>
/// <param name="Segments">Segments done.</param>
/// <param name="SegmentsAll">Segments in the bucket.</param>
/// <param name="Bytes">Bytes of the objects that are done.</param>
/// <param name="BytesAll">Bytes of all objects.</param>
public readonly record struct RestoreProgress(int Segments, int SegmentsAll, long Bytes, long BytesAll);

/// <summary>What a restoration brought back.</summary>
/// <param name="Segments">Segments.</param>
/// <param name="Tails">Unsealed segments, restored from their pieces.</param>
/// <param name="Records">Records in the segments, deletions included; those of the tails are counted by the next open.</param>
/// <param name="Bytes">Bytes of the objects.</param>
/// <param name="LastSequence">Sequence number of the last write in the segments.</param>
public sealed record RestoreReport(int Segments, int Tails, long Records, long Bytes, long LastSequence);
