using Thermocline.Contract.Status;

namespace Thermocline.Sidecar.Http;

/// <summary>An error answer (RFC 9457), as a value.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">One of <see cref="ProblemCode"/>, or another stable word of the same kind.</param>
/// <param name="Title">What is wrong, the same words for every occurrence.</param>
/// <param name="Detail">What is wrong this time. Never a key, a value, a token or a stack trace.</param>
internal sealed record Problem(int Status, string Code, string Title, string? Detail = null)
{
    /// <summary>Every single mistake, where the input may hold several.</summary>
    public IReadOnlyList<FieldMistake> Errors { get; init; } = [];

    /// <summary>Seconds after which the same request may succeed.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether a part of the sidecar is away and the rest goes on: local data is served.</summary>
    public bool Degraded { get; init; }

    /// <summary>How far a drain came, where it came to no end.</summary>
    public DrainReport? Drain { get; init; }

    /// <summary>Index of the operation of a batch that decided.</summary>
    public int? Operation { get; init; }
}
