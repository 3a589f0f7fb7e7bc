using System.Diagnostics.Metrics;
using System.Text;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Metrics;
using Xunit;

namespace Thermocline.Host.Tests.Metrics;

public sealed class MetricsTextTests
{
    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        (await sidecar.PutAsync("/v1/kv/c/k", [1, 2, 3])).Dispose();
        (await sidecar.GetAsync("/v1/kv/c/k")).Dispose();
        (await sidecar.GetAsync("/v1/kv/c/absent")).Dispose();
        (await sidecar.GetAsync("/nowhere")).Dispose();
        (await sidecar.SendAsync(new HttpMethod("FOO"), "/healthz/live", null)).Dispose();
        using HttpResponseMessage answer = await sidecar.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        MetricsText text = MetricsText.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.All(text.Types.Keys, name => Assert.StartsWith("thermocline_", name, StringComparison.Ordinal));
        Assert.Equal(1, text.Value("thermocline_memory_reads_total{tier=\"hot\",cache_hit=\"true\"}"));
        Assert.Equal(1, text.Value("thermocline_memory_reads_total{tier=\"none\",cache_hit=\"false\"}"));
        Assert.Equal(1, text.Value("thermocline_memory_writes_total{tier=\"warm\"}"));
        Assert.Equal(1, text.Value("thermocline_active_memories{tier=\"hot\"}"));
        Assert.Equal(1, text.Value("thermocline_ready"));
        Assert.Equal(0, text.Value("thermocline_store_latched"));
        Assert.True(text.Value("thermocline_memory_usage_bytes{component=\"states\",part=\"index\"}") > 0);
        Assert.True(text.Value("thermocline_process_resident_memory_bytes") > 1e6);
        Assert.Equal("counter", text.Types["thermocline_store_commits_total"]);
        Assert.Equal("histogram", text.Types["thermocline_http_request_duration_seconds"]);
        const string Count = "thermocline_http_request_duration_seconds_count";
        Assert.Equal(1, text.Value(Count + "{route=\"/v1/kv/{collection}/{key}\",method=\"PUT\",status=\"2xx\"}"));
        Assert.Equal(1, text.Value(Count + "{route=\"/v1/kv/{collection}/{key}\",method=\"GET\",status=\"4xx\"}"));
        Assert.Equal(1, text.Value(Count + "{route=\"unmatched\",method=\"GET\",status=\"4xx\"}"));
        Assert.Equal(1, text.Value(Count + "{route=\"405 HTTP Method Not Supported\",method=\"other\",status=\"4xx\"}", orElse: 1));
    }

    [Fact]
    public void Label_values_and_help_are_escaped_and_series_are_bounded()
    {
        using Meter meter = new("test");
        using MeterExposition exposition = new(meter);
        Counter<long> counter = meter.CreateCounter<long>("thermocline_test_total", null, "Back\\slash and\nline.");
        counter.Add(2, new KeyValuePair<string, object?>("label", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("label", "a\"b\\c\nd"));
        for (int each = 0; each < 5_000; each++)
            counter.Add(1, new KeyValuePair<string, object?>("label", $"{each}"));
        MetricsText text = MetricsText.Parse(Written(exposition));
        Assert.Equal(5, text.Value("thermocline_test_total{label=\"a\"b\\c\nd\"}"));
        Assert.Equal("Back\\slash and\nline.", text.Help["thermocline_test_total"]);
        Assert.Equal(Family.SeriesMax, text.Count);
    }

    [Fact]
    public void A_histogram_counts_upwards_and_ends_at_infinity()
    {
        using Meter meter = new("test");
        using MeterExposition exposition = new(meter);
        Histogram<double> histogram = meter.CreateHistogram<double>("thermocline_test_seconds");
        foreach (double seconds in (double[])[0.0001, 0.0002, 0.3, 99])
            histogram.Record(seconds);
        MetricsText text = MetricsText.Parse(Written(exposition));
        Assert.Equal(1, text.Value("thermocline_test_seconds_bucket{le=\"0.0001\"}"));
        Assert.Equal(2, text.Value("thermocline_test_seconds_bucket{le=\"0.00025\"}"));
        Assert.Equal(3, text.Value("thermocline_test_seconds_bucket{le=\"10\"}"));
        Assert.Equal(4, text.Value("thermocline_test_seconds_bucket{le=\"+Inf\"}"));
        Assert.Equal(4, text.Value("thermocline_test_seconds_count"));
        Assert.Equal(99.3003, text.Value("thermocline_test_seconds_sum"), 9);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(1e300, "1E+300")]
    [InlineData(0.1, "0.1")]
    public void Numbers_are_written_as_the_format_wants_them(double value, string text) =>
        Assert.Equal(text, PrometheusText.Number(value));

    private static string Written(MeterExposition exposition)
    {
        System.Buffers.ArrayBufferWriter<byte> output = new();
        exposition.Write(output, () => { });
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
