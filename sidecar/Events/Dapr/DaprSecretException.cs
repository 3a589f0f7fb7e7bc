namespace Thermocline.Events.Dapr;

/// <summary>A secret could not be had. The message names store and key, never a value.</summary>
/// <param name="mayPass">Whether asking again later may help.</param>
/// <param name="message">What happened.</param>
public sealed class DaprSecretException(bool mayPass, string message) : Exception(message)
{
    /// <summary>Whether asking again later may help; otherwise somebody has to change something.</summary>
    public bool MayPass { get; } = mayPass;
}
