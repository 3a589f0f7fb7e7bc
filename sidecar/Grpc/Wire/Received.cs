namespace Thermocline.Grpc.Wire;

/// <summary>What a read found: a message, a reason to end the call, or neither, when the stream has ended.</summary>
internal readonly record struct Received<T>(T? Message, Refusal? Refusal)
    where T : class;
