namespace Thermocline.Grpc.Wire;

/// <summary>Why a call ends without an answer. These are expected answers, so most are made once.</summary>
internal sealed record Refusal(StatusCode Code, string Message)
{
    public static Refusal TimeoutMalformed { get; } = new(StatusCode.Internal, "The grpc-timeout is malformed.");

    public static Refusal MethodUnknown { get; } = new(StatusCode.Unimplemented, "There is no such method.");

    public static Refusal TooManyCalls { get; } = new(StatusCode.ResourceExhausted, "Too many calls at once.");

    public static Refusal DeadlineExceeded { get; } = new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    public static Refusal Cancelled { get; } = new(StatusCode.Cancelled, "The call was cancelled.");

    public static Refusal Stopping { get; } = new(StatusCode.Unavailable, "The server is stopping.");

    public static Refusal NoMemory { get; } = new(StatusCode.ResourceExhausted, "There was no memory for the call.");

    public static Refusal NoRoom { get; } = new(StatusCode.ResourceExhausted, "There is no room for the message now.");

    public static Refusal TooSlow { get; } = new(StatusCode.Cancelled, "The message came too slowly.");

    public static Refusal Bug { get; } = new(StatusCode.Unknown, "The handler failed.");

    public static Refusal NoAnswer { get; } = new(StatusCode.Internal, "The handler gave no answer.");

    public static Refusal Incomplete { get; } = new(StatusCode.Internal, "The request ended before its message.");

    public static Refusal Trailing { get; } = new(StatusCode.Internal, "There is more than one message.");

    public static Refusal FlagUnknown { get; } = new(StatusCode.Internal, "The flag before the message is neither 0 nor 1.");

    public static Refusal FlagWithoutEncoding { get; } =
        new(StatusCode.Internal, "The message is flagged as compressed, and grpc-encoding names no compression.");

    public static Refusal EncodingUnknown { get; } =
        new(StatusCode.Unimplemented, "The message is compressed; only identity is supported.");

    public static Refusal NotParsed { get; } = new(StatusCode.Internal, "The message is not what the method takes.");

    public static Refusal TooLarge(long bytes, int bytesMax) =>
        new(StatusCode.ResourceExhausted, $"The message has {bytes} bytes, more than {bytesMax}.");

    public static Refusal AnswerTooLarge(long bytes, int bytesMax) =>
        new(StatusCode.ResourceExhausted, $"The answer has {bytes} bytes, more than {bytesMax}.");
}
