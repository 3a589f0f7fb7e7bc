using System.Text.Json;

namespace Thermocline.Memory.Import;

/// <summary>What a v1 frame of another system says.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TimeMs">Its time, milliseconds since 1970.</param>
/// <param name="Content">Its content, valid UTF-8.</param>
/// <param name="Metadata">Its metadata, an object.</param>
internal readonly record struct V1Parts(string Id, long TimeMs, byte[] Content, JsonElement Metadata);
