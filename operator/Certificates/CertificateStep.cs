namespace Thermocline.Operator.Certificates;

/// <summary>What is to be done about the certificates.</summary>
internal enum CertificateStep
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>A new serving certificate of the same authority.</summary>
    RenewServing,

    /// <summary>A new authority beside the old one, and a serving certificate of it.</summary>
    RenewAuthority,

    /// <summary>Everything anew.</summary>
    MakeAll,
}
