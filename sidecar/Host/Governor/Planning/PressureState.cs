namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>How short memory is, least first.</summary>
internal enum PressureState
{
    /// <summary>Below the first mark.</summary>
    Calm,

    /// <summary>At the first mark: steps that cost little are taken.</summary>
    Routine,

    /// <summary>At the second mark: whatever can be given back is.</summary>
    Critical,

    /// <summary>Nothing is left to give back: new writes are refused, reads and deletes go on.</summary>
    Refusing,
}
