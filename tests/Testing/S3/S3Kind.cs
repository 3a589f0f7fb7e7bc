namespace Thermocline.Testing.S3;

/// <summary>Services that speak like S3 and can be started for a test.</summary>
public enum S3Kind
{
    /// <summary>Stands for AWS: conditional writes, objects in memory, signatures unchecked.</summary>
    Moto,

    /// <summary>OpenStack's store: no conditional writes, objects on disk, signatures checked.</summary>
    Swift,
}
