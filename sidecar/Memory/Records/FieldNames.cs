using System.Text.Json;

namespace Thermocline.Memory.Records;

/// <summary>
/// Names of the fields kept beside a memory's content, one letter each because every record repeats them. They are
/// written in this order; what a search looks at comes first.
/// </summary>
internal static class FieldNames
{
    public const int VersionNow = 1;

    public static readonly JsonEncodedText Version = JsonEncodedText.Encode("v");
    public static readonly JsonEncodedText Created = JsonEncodedText.Encode("c");
    public static readonly JsonEncodedText Binary = JsonEncodedText.Encode("b");
    public static readonly JsonEncodedText Type = JsonEncodedText.Encode("t");
    public static readonly JsonEncodedText Session = JsonEncodedText.Encode("s");
    public static readonly JsonEncodedText Files = JsonEncodedText.Encode("f");
    public static readonly JsonEncodedText Context = JsonEncodedText.Encode("x");
    public static readonly JsonEncodedText Significance = JsonEncodedText.Encode("g");
    public static readonly JsonEncodedText Metadata = JsonEncodedText.Encode("m");
}
