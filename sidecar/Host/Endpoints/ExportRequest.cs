using Thermocline.Memory;
using Thermocline.Memory.Export;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>What the query of an export asks for.</summary>
internal sealed record ExportRequest
{
    public ExportSelection Selection { get; private init; } = new();

    /// <summary>The composed key behind which it begins.</summary>
    public byte[] After { get; private init; } = [];

    /// <summary>Whether damaged records are left out; otherwise the first one cuts the answer.</summary>
    public bool SkipsDamaged { get; private init; }

    public static (ExportRequest? Request, Problem? Problem) Read(HttpRequest request)
    {
        var query = new QueryParameters(request);
        string format = query.Text("format");
        if (!ExportNames.TryParse(format.Length == 0 ? "jsonl" : format, out ExportFormat known))
            query.Report("format", $"must be one of {string.Join(", ", ExportNames.Formats)}");
        string damaged = query.Text("damaged");
        if (damaged is not ("" or "fail" or "skip"))
            query.Report("damaged", "must be fail or skip");
        var read = new ExportRequest
        {
            Selection = new ExportSelection
            {
                Format = known,
                Collection = Given(query.Text("collection")),
                Prefix = Given(query.Text("prefix")),
                Type = Given(query.Text("type")),
            },
            After = Key(query),
            SkipsDamaged = damaged == "skip",
        };
        foreach (Mistake mistake in read.Selection.Check())
            query.Report(mistake.Path, mistake.Message);
        return query.End() is { } problem ? (null, problem) : (read, null);
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static byte[] Key(QueryParameters query)
    {
        string text = query.Text("after");
        var key = new byte[text.Length];
        if (Convert.TryFromBase64String(text, key, out int length) && length <= Limits.ComposedKeyBytesMax)
            return key[..length];
        query.Report("after", "must be a composed key in base 64");
        return [];
    }
}
