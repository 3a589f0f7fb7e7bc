using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Thermocline.Grpc;

/// <summary>Limits of a server.</summary>
public sealed record GrpcOptions
{
    /// <summary>Largest message taken, in bytes; a larger one ends its call with <see cref="StatusCode.ResourceExhausted"/>: 1 to 2^30.</summary>
    public int MaxReceiveMessageBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Largest message sent, in bytes; a larger one ends its call with <see cref="StatusCode.ResourceExhausted"/>: 1 to 2^30. Clients
    /// that say nothing take 4 MiB, so the default stays just below.
    /// </summary>
    public int MaxSendMessageBytes { get; init; } = (4 << 20) - (4 << 10);

    /// <summary>Calls at once, streams among them: 1 to 1,000,000. One more is refused with <see cref="StatusCode.ResourceExhausted"/>.</summary>
    public int CallsMax { get; init; } = 10_000;

    /// <summary>Streaming calls at once: 1 to 1,000,000.</summary>
    public int StreamsMax { get; init; } = 2_000;

    /// <summary>Calls at once on one connection: 1 to 100,000. The client is told, and keeps further ones back by itself.</summary>
    public int StreamsPerConnectionMax { get; init; } = 2_000;

    /// <summary>
    /// Takes so many bytes of messages from a budget, or answers false: the call is refused with
    /// <see cref="StatusCode.ResourceExhausted"/>. Null: there is no budget. Called from many threads.
    /// </summary>
    public Func<long, bool>? TryTake { get; init; }

    /// <summary>Gives back what was taken, every byte of it once its message is done with.</summary>
    public Action<long>? Return { get; init; }

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Bytes that a connection holds which no call has read; that is outside the budget: 64 KiB to 1 GiB.</summary>
    public int ConnectionWindowBytes { get; init; } = 1 << 20;

    /// <summary>The same of one call: 64 KiB to 1 GiB.</summary>
    public int StreamWindowBytes { get; init; } = 512 << 10;

    /// <summary>Sets what a server knows of these limits.</summary>
    public void ApplyTo(KestrelServerLimits limits)
    {
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
    }

    internal void Check()
    {
        CheckRange(MaxReceiveMessageBytes, 1 << 30, nameof(MaxReceiveMessageBytes));
        CheckRange(MaxSendMessageBytes, 1 << 30, nameof(MaxSendMessageBytes));
        CheckRange(CallsMax, 1_000_000, nameof(CallsMax));
        CheckRange(StreamsMax, 1_000_000, nameof(StreamsMax));
        CheckRange(StreamsPerConnectionMax, 100_000, nameof(StreamsPerConnectionMax));
        if (TryTake is null != Return is null)
            throw new ArgumentException($"{nameof(TryTake)} and {nameof(Return)} belong together.");
    }

    private static void CheckRange(int value, int max, string name)
    {
        if (value < 1 || value > max)
            throw new ArgumentOutOfRangeException(name, value, $"1 to {max}.");
    }
}
