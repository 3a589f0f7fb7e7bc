using System.Buffers;
using System.Text;
using System.Text.Json;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Tiering;

/// <summary>What a restoration came to, for people and for programs.</summary>
/// <param name="From">The cold store.</param>
/// <param name="Folder">The data folder.</param>
/// <param name="Whole">Whether every value was fetched.</param>
/// <param name="Report">The store's own report.</param>
/// <param name="Took">Time it took.</param>
internal sealed record RestoreOutcome(string From, string Folder, bool Whole, RestoreReport Report, TimeSpan Took)
{
    public string Text()
    {
        string values = Whole ? "every value is local" : "values come from the cold store when they are read";
        return $"""
            Restored {Folder} from {From} in {Quantities.Time(Took)}
              segments        {Report.Segments:N0} ({Quantities.Bytes(Report.Bytes)}), {Report.Records:N0} records; {values}
              unsealed        {Report.Tails:N0} segments from their pieces; their records are counted by the next start
              last write      {Report.LastSequence:N0} in the segments
            Whoever wrote to this cold store before is fenced and ships nothing any more.
            """;
    }

    public string Json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("from", From);
            json.WriteString("folder", Folder);
            json.WriteBoolean("whole", Whole);
            json.WriteNumber("segments", Report.Segments);
            json.WriteNumber("tails", Report.Tails);
            json.WriteNumber("records", Report.Records);
            json.WriteNumber("bytes", Report.Bytes);
            json.WriteNumber("lastSequence", Report.LastSequence);
            json.WriteBoolean("predecessorFenced", true);
            json.WriteNumber("seconds", Math.Round(Took.TotalSeconds, 3));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
