namespace Thermocline.Testing.Wire;

/// <summary>What a <see cref="FaultProxy"/> does with one request.</summary>
public enum WireFault
{
    None,

    /// <summary>Answers 503 SlowDown; the request goes no further.</summary>
    Busy,

    /// <summary>Answers 412; the request goes no further.</summary>
    PreconditionFailed,

    /// <summary>Answers 409 ConditionalRequestConflict; the request goes no further.</summary>
    Conflict,

    /// <summary>Answers nothing, and the request goes no further.</summary>
    Hold,

    /// <summary>Resets the connection; the request goes no further.</summary>
    Reset,

    /// <summary>The request is done; its answer is dropped with the connection.</summary>
    AnswerLost,

    /// <summary>The request is done; its answer is held for ever.</summary>
    AnswerHeld,

    /// <summary>The request is done; its answer waits for <see cref="FaultProxy.Release"/>.</summary>
    SlowFirstByte,

    /// <summary>Half of the answer's body arrives, then the connection closes.</summary>
    CutBody,

    /// <summary>The answer announces one byte more than comes.</summary>
    LengthTooLong,

    /// <summary>The answer announces one byte less, and that is all that comes.</summary>
    LengthTooShort,

    /// <summary>The first answer that was ever given to this request is given again.</summary>
    Stale,
}
