namespace Thermocline.Testing.Dapr.PubSub;

/// <summary>A message on its way to the application.</summary>
/// <param name="Id">What it is acknowledged by.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Content">What it says.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Metadata">More about it.</param>
public sealed record DaprdMessage(string Id, string Topic, byte[] Content, string ContentType, IReadOnlyDictionary<string, string> Metadata);
