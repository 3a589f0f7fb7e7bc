using System.Globalization;
using Thermocline.Benchmarks.Report;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Cold.S3;
using Thermocline.Testing.Cold;
using Thermocline.Testing.S3;

namespace Thermocline.Benchmarks.Cold;

/// <summary>
/// Offloads 1 GiB of records to a bucket, wipes the local folder, and restores: against each endpoint that can be started,
/// or the one of the environment. Not a race: what counts is that nothing is lost and what a read costs in requests.
/// </summary>
internal sealed class ColdBenchmark : IBenchmark
{
    private const long FullBytes = 1L << 30;
    private const long QuickBytes = 64L << 20;

    public string Name => "cold";

    public string Summary => "offload 1 GiB of records to S3, wipe the folder, restore from the bucket; every record compared";

    public void Run(BenchSession session) => RunAsync(session).GetAwaiter().GetResult();

    private async Task RunAsync(BenchSession session)
    {
        if (S3Endpoint.FromEnvironment() is { } named)
        {
            await RunAsync(session, named.Address.Host, named);
            return;
        }

        if (S3Service.Program is not { } program)
        {
            session.Skip(S3Service.Missing);
            return;
        }

        foreach (S3Kind kind in Enum.GetValues<S3Kind>())
        {
            session.Say($"starting {kind}");
            await using var service = S3Service.Start(kind, program, kind == S3Kind.Swift ? session.NewFolder("swift") : null);
            if (await service.ReadyAsync(session.Cancellation) is { } endpoint)
                await RunAsync(session, kind.ToString(), endpoint);
            else
                session.Skip($"{kind} did not start: {service.Log}");
        }
    }

    private async Task RunAsync(BenchSession session, string name, S3Endpoint endpoint)
    {
        string prefix = $"bench-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{name.ToLowerInvariant()}";
        using var bucket = new S3ColdStore(endpoint.Options(prefix), TimeProvider.System);
        using var cold = new ResilientColdStore(bucket, new ResilienceOptions(), TimeProvider.System);
        var options = new OffloadOptions
        {
            Cold = cold,
            Folder = session.NewFolder("cold"),
            Bytes = session.Quick ? QuickBytes : FullBytes,
            Seed = (int)(session.Arguments.Seed & 0xFFFF) + 1,
        };
        OffloadReport report = await new OffloadDriver(options, line => session.Say($"{name}: {line}")).RunAsync(session.Cancellation);
        AddRows(session, name, report);
        if (report.Mistakes.Count > 0)
            throw new InvalidOperationException(string.Join('\n', report.Mistakes));
    }

    private void AddRows(BenchSession session, string name, OffloadReport report)
    {
        double mebibytes = report.PlainBytes / (double)(1 << 20);
        void Add(string what, double figure, string unit, double? p50 = null, double? p99 = null, double? most = null) =>
            session.Add(new Row
            {
                Benchmark = Name,
                Case = $"{name}: {what}",
                Engine = EngineNames.Ours,
                Figure = figure,
                Unit = unit,
                P50Us = p50,
                P99Us = p99,
                GoalAtMost = most,
            });
        double[] reads = report.ColdReadsUs;
        Add($"{report.Records:N0} records, {mebibytes:N0} MiB, restored twice and compared", report.Mistakes.Count, "records lost or wrong", most: 0);
        Add("offload (pack for the cold store, ship, publish, evict)", mebibytes / report.Offload.TotalSeconds, "MiB/s of records");
        Add("records per byte in the bucket", report.PlainBytes / (double)report.ObjectBytes, "x");
        Add("read of one record at random from the bucket alone", report.RequestsPerColdRead, "requests", reads[reads.Length / 2], reads[reads.Length * 99 / 100], 1);
        Add("read of all records in order from the bucket alone", mebibytes / report.ReadAll.TotalSeconds, "MiB/s of records");
        Add("chunks' requests for that", report.ReadAllRequests, "requests");
        Add("restore with values left in the bucket, until open", report.RestoreStubs.TotalSeconds, "s");
        Add("restore whole, until open", report.RestoreWhole.TotalSeconds, "s");
        Add("local bytes after the offload, of the records' bytes", 100.0 * report.LocalBytesAfter / report.PlainBytes, "%");
    }
}
