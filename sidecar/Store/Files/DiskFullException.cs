namespace Thermocline.Store.Files;

/// <summary>
/// There is no space for what was asked: the disk, the quota or the largest size of a file is exhausted. Of a write some
/// bytes may have been written; all else is as it was. Never raised by a flush or a sync, whose failures leave nothing certain.
/// </summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Creates the exception.</summary>
    public DiskFullException()
        : base("The disk is full.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public DiskFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public DiskFullException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
