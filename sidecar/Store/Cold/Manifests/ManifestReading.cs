namespace Thermocline.Store.Cold.Manifests;

/// <summary>A manifest as it was read, with the version tag of its object.</summary>
internal sealed record ManifestReading(Manifest Manifest, string Tag);
