namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Limits of the client.</summary>
internal sealed record ClientOptions
{
    /// <summary>Who manages the fields we apply.</summary>
    public string FieldManager { get; init; } = "thermocline-operator";

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is repeated.</summary>
    public int RetriesMax { get; init; } = 4;

    /// <summary>The first pause between attempts; later ones are longer.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between attempts, whatever a server asks for.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Chance for the pauses, from 0 to 1; null for Polly's own.</summary>
    public Func<double>? Randomizer { get; init; }

    /// <summary>Bytes one answer may have.</summary>
    public int AnswerBytesMax { get; init; } = 128 << 20;

    /// <summary>Objects one list may have in memory.</summary>
    public int ListItemsMax { get; init; } = 200_000;
}
