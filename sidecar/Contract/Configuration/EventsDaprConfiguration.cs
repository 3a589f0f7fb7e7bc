namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>events.dapr</c>: which broker of Dapr's, for that engine. Where Dapr is, says section <c>dapr</c>.</summary>
public sealed record EventsDaprConfiguration
{
    /// <summary>Name of the component.</summary>
    public string PubSub { get; init; } = "";

    /// <summary>Topics taken from it: 256 at most, each of 1 to 64 bytes. Dapr asks for them once, when it begins.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];
}
