namespace Thermocline.Resp;

/// <summary>What failed.</summary>
public enum RespFault
{
    /// <summary>No connection could be made. Nothing was sent.</summary>
    Unreachable,

    /// <summary>The server refused the credentials, the database or the name of this client. Somebody has to change something.</summary>
    Refused,

    /// <summary>The connection ended before the answer. Whether the commands took place is unknown.</summary>
    Lost,

    /// <summary>No answer in time, and so the connection was ended. Whether the commands took place is unknown.</summary>
    TimedOut,

    /// <summary>What came is no answer, or larger than an answer may be. The connection was ended.</summary>
    Protocol,

    /// <summary>Too many commands, or bytes of commands, wait for an answer. Nothing was sent.</summary>
    Busy,

    /// <summary>The server answered with an error.</summary>
    Server,

    /// <summary>The client was disposed. Nothing was sent.</summary>
    Closed,
}
