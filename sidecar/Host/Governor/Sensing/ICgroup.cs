namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>The memory cgroup this process is in.</summary>
internal interface ICgroup : IDisposable
{
    /// <summary>1 or 2: the version of the interface.</summary>
    int Version { get; }

    /// <summary>Looks at it.</summary>
    CgroupReading Read();

    /// <summary>Reads its pressure, in microseconds since it exists; false where the kernel does not count it for a cgroup.</summary>
    bool TryReadStall(out long some, out long full);
}
