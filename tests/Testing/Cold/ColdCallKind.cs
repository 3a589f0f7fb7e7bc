namespace Thermocline.Testing.Cold;

/// <summary>Kinds of requests to a <see cref="MemoryColdStore"/>.</summary>
public enum ColdCallKind
{
    Put,
    Upload,
    Head,
    Get,
    Read,
    List,
    Delete,
    Discard,
}
