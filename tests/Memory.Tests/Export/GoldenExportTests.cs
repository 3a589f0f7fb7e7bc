using System.Text;
using Thermocline.Memory.Export;
using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Export;

/// <summary>Exports that were once released stay readable, and are still written byte for byte.</summary>
public sealed class GoldenExportTests
{
    [Theory]
    [InlineData(ExportFormat.Jsonl, "export-1.jsonl")]
    [InlineData(ExportFormat.V1, "export-1.v1")]
    [InlineData(ExportFormat.Csv, "export-1.csv")]
    public async Task An_export_is_written_as_its_golden_file(ExportFormat format, string name)
    {
        using var place = new Place();
        await Specimens.FillAsync(place);
        byte[] expected = await File.ReadAllBytesAsync(Golden(name), TestContext.Current.CancellationToken);
        Assert.Equal(Readable(expected), Readable(Specimens.Export(place, new ExportSelection { Format = format })));
    }

    [Theory]
    [InlineData("export-1.jsonl")]
    [InlineData("export-1.v1")]
    public async Task A_golden_export_is_imported_whole(string name)
    {
        using var original = new Place();
        await Specimens.FillAsync(original);
        using var place = new Place();
        byte[] file = await File.ReadAllBytesAsync(Golden(name), TestContext.Current.CancellationToken);
        ImportSummary summary = await Specimens.ImportAsync(place, file, name);
        Assert.Equal((16, 0), (summary.Records, summary.Rejected));
        Assert.Equal(Specimens.Contents(original), Specimens.Contents(place));
    }

    // Latin-1 shows every byte and hides none.
    private static string Readable(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Golden(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Golden", name);
    }
}
