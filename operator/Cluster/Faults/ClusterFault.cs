namespace Thermocline.Operator.Cluster.Faults;

/// <summary>What went wrong between this program and the cluster.</summary>
internal enum ClusterFault
{
    /// <summary>No such object, or no such kind.</summary>
    NotFound,

    /// <summary>An object of that name is there already.</summary>
    AlreadyExists,

    /// <summary>Somebody else changed it, or manages a field.</summary>
    Conflict,

    /// <summary>The version or page that was asked for is no longer kept.</summary>
    Gone,

    /// <summary>Who we are is known, and not allowed to do this.</summary>
    Forbidden,

    /// <summary>Who we are is not known.</summary>
    Unauthorized,

    /// <summary>The request or the object is not valid.</summary>
    Invalid,

    /// <summary>The request or the answer is too large.</summary>
    TooLarge,

    /// <summary>The server asks for fewer requests, or a disruption budget refuses.</summary>
    TooManyRequests,

    /// <summary>The server is there and cannot answer now.</summary>
    Unavailable,

    /// <summary>The server failed.</summary>
    ServerFailed,

    /// <summary>No connection; the request was not sent.</summary>
    Unreachable,

    /// <summary>The connection ended before the whole answer was there; the request may have been carried out.</summary>
    ConnectionLost,

    /// <summary>The server did not prove that it is the right one, or did not take our certificate.</summary>
    Untrusted,

    /// <summary>No answer in time; the request may have been carried out.</summary>
    TimedOut,

    /// <summary>The answer is not what the API promises.</summary>
    Unreadable,
}
