namespace Thermocline.Testing.Grpc.RawHttp2;

/// <summary>Kinds of frames.</summary>
public enum FrameType
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}
