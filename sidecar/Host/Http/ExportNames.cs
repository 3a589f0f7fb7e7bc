using Thermocline.Memory.Export;

namespace Thermocline.Sidecar.Http;

/// <summary>How the formats of an export are spelt.</summary>
internal static class ExportNames
{
    /// <summary>Header that names the moment of an export: the sequence number of the last write in it.</summary>
    public const string SequenceHeader = "Thermocline-Export-Sequence";

    /// <summary>Every format, as a user writes it.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["jsonl", "v1", "csv"];

    public static string Of(ExportFormat format) => format switch
    {
        ExportFormat.Jsonl => "jsonl",
        ExportFormat.V1 => "v1",
        ExportFormat.Csv => "csv",
    };

    public static string Extension(ExportFormat format) => "." + Of(format);

    public static string MediaType(ExportFormat format) => format switch
    {
        ExportFormat.Jsonl => "application/x-ndjson",
        ExportFormat.V1 => "application/octet-stream",
        ExportFormat.Csv => "text/csv; charset=utf-8; header=present",
    };

    public static bool TryParse(string text, out ExportFormat format)
    {
        foreach (ExportFormat each in Enum.GetValues<ExportFormat>())
        {
            if (Of(each) == text)
            {
                format = each;
                return true;
            }
        }

        format = default;
        return false;
    }
}
