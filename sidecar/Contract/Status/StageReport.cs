namespace Thermocline.Contract.Status;

/// <summary>One stage of the pipeline.</summary>
/// <param name="Name">Its name, as <c>compression.stages</c> spells it.</param>
/// <param name="BytesIn">Bytes given to it.</param>
/// <param name="BytesOut">Bytes it made of them.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record StageReport(string Name, long BytesIn, long BytesOut, double Seconds);
