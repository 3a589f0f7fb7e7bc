namespace Thermocline.Testing.Dapr.PubSub;

/// <summary>One message of a bulk publication.</summary>
/// <param name="Id">Its name in the answer.</param>
/// <param name="Content">What it says.</param>
public sealed record DaprdEntry(string Id, ReadOnlyMemory<byte> Content)
{
    public string ContentType { get; init; } = "";

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
