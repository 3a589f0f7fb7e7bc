namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>The cold stores every conformance test runs on.</summary>
public enum ColdKind
{
    Memory,
    Folder,
    Resilient,
    Dapr,
    Moto,
    Swift,
}
