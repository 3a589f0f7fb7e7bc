namespace Thermocline.Events.Embedded.Blocks;

/// <summary>What an encoded event has, see docs/FORMAT.md.</summary>
[Flags]
internal enum EventFlags : byte
{
    None = 0,
    Context = 1,
    SameContext = 2,
    Id = 4,
    ContentType = 8,
    SameContentType = 16,
    Metadata = 32,
    Expires = 64,
    Later = 128,
}
