using System.Text;
using Thermocline.Memory.Export;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Memory.Tests.Export;

public sealed class CsvFormatTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("=cmd|'/C calc'!A0,\"x\"", "\"'=cmd|'/C calc'!A0,\"\"x\"\"\"")]
    [InlineData("＝1", "'＝1")]
    public async Task A_field_is_quoted_where_it_must_be_and_never_a_formula(string text, string expected)
    {
        using var place = new Place();
        await Specimens.PutAsync(place, Keys.Compose("c", "k"), Encoding.UTF8.GetBytes(text));
        string csv = Encoding.UTF8.GetString(Specimens.Export(place, new ExportSelection { Format = ExportFormat.Csv }));
        string row = csv[(csv.IndexOf("\r\n", StringComparison.Ordinal) + 2)..];
        Assert.StartsWith("c,k,,,application/octet-stream,,", row, StringComparison.Ordinal);
        Assert.EndsWith($",{expected}\r\n", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_may_be_no_formula_either_and_a_long_text_is_cut_between_characters()
    {
        using var place = new Place();
        await Specimens.PutAsync(place, Keys.Compose("c", "=HYPERLINK(\"x\")"), Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("🌊", 500))));
        string csv = Encoding.UTF8.GetString(Specimens.Export(place, new ExportSelection { Format = ExportFormat.Csv }));
        Assert.Contains("\r\nc,\"'=HYPERLINK(\"\"x\"\")\",", csv, StringComparison.Ordinal);
        Assert.EndsWith(",x" + string.Concat(Enumerable.Repeat("🌊", 99)) + "…\r\n", csv, StringComparison.Ordinal);
    }
}
