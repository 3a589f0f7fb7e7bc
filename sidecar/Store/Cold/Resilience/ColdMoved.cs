namespace Thermocline.Store.Cold.Resilience;

/// <summary>An answer and the bytes of objects it moved.</summary>
internal readonly record struct ColdMoved<T>(T Answer, long BytesIn = 0, long BytesOut = 0);
