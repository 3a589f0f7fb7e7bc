namespace Thermocline.Testing.Dapr;

/// <summary>An outbound policy: whatever fails is tried again, a bulk call as a whole.</summary>
/// <param name="Retries">How often again.</param>
/// <param name="Pause">How long between.</param>
public sealed record DaprdResiliency(int Retries, TimeSpan Pause)
{
    /// <summary>No resource: nothing is tried again.</summary>
    public static DaprdResiliency None { get; } = new(0, TimeSpan.Zero);
}
