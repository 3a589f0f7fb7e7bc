namespace Thermocline.Sidecar.Hosting;

/// <summary>Where a route answers and what it asks for. A route without one answers on the data listener alone.</summary>
/// <param name="OnAdmin">Whether it answers on the admin listener too.</param>
/// <param name="NeedsToken">Whether it asks for the admin token, on whichever listener.</param>
internal sealed record RouteScope(bool OnAdmin, bool NeedsToken)
{
    /// <summary>Both listeners, no token.</summary>
    public static RouteScope Open { get; } = new(OnAdmin: true, NeedsToken: false);

    /// <summary>Data listener alone; refused while memory runs so short that nothing new is taken.</summary>
    public static RouteScope Taking { get; } = new(OnAdmin: false, NeedsToken: false) { TakesMemory = true };

    /// <summary>Whether what it stores stays in memory.</summary>
    public bool TakesMemory { get; private init; }

    /// <summary>Both listeners, with the token.</summary>
    public static RouteScope Guarded { get; } = new(OnAdmin: true, NeedsToken: true);
}
