namespace Thermocline.Testing.Cluster;

/// <summary>What kubectl said.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record KubectlAnswer(int Code, string Output, string Errors)
{
    /// <summary>Everything it said, for the message of a failure.</summary>
    public override string ToString() => $"exit {Code}\n{Output}{Errors}";
}
