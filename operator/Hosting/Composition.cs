namespace Thermocline.Operator.Hosting;

/// <summary>What the shipped operator consists of.</summary>
internal static class Composition
{
    /// <summary>
    /// Its parts. None so far: it waits for its turn, leads, and tells of itself. A controller joins as
    /// <see cref="ControllerPart{T}"/>, a webhook as <see cref="OperatorParts.Always"/> with a check of its certificate.
    /// </summary>
    public static OperatorParts Of(OperatorSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(around);
        return new OperatorParts();
    }
}
