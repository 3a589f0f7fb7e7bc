using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Thermocline.Testing.Budget;

/// <summary>
/// One client that writes batches, one at a time: new records of its own stripe of the numbers, and some of them again. A
/// refused batch waits as long as it is told and is sent again. Once all records are there it overwrites for as long as the
/// limits have yet to move.
/// </summary>
internal sealed class BudgetWriter(
    int stripe, BudgetOptions options, BudgetState state, BudgetRecords records, RefusalCounts refusals, Func<bool> limitsWillMove)
{
    private const int TriesMax = 1000;
    private readonly Random _random = new(unchecked((options.Seed * 31_337) + stripe));
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly List<(int Number, int Version, int Bytes)> _batch = [];
    private int _next = FirstUnsent(stripe, options.Writers, state.Versions);

    /// <summary>Writes until all is written, or until told to stop; the batch under way is brought to its end.</summary>
    public async Task RunAsync(BudgetClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && (state.NewBytes < options.Bytes || limitsWillMove()))
        {
            MakeBatch();
            if (await WriteAsync(client, stop))
                Acknowledge();
        }
    }

    private void MakeBatch()
    {
        _batch.Clear();
        _json.Clear();
        using var json = new Utf8JsonWriter(_json, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteStartArray("operations");
        while (_batch.Count < options.BatchRecords)
            Add(json, NextNumber());
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private int NextNumber()
    {
        // A client that was refused less often than others may come to the end of its stripe before they do.
        bool full = _next >= state.Versions.Capacity;
        bool again = full || state.NewBytes >= options.Bytes || _random.Next(100) < options.OverwritePercent;
        for (int tries = 0; again && _next > stripe && tries < (full ? TriesMax : 1); tries++)
        {
            int earlier = stripe + (options.Writers * _random.Next((_next - stripe) / options.Writers));
            if (state.Versions.Sent(earlier) < RecordVersions.VersionMax)
                return earlier;
        }

        if (full)
            throw new BudgetRunException("Every record was overwritten as often as it can be told apart.");
        int number = _next;
        _next += options.Writers;
        return number;
    }

    private void Add(Utf8JsonWriter json, int number)
    {
        int version = state.Versions.Send(number);
        _value.Clear();
        records.Write(number, version, _value);
        json.WriteStartObject();
        json.WriteString("op", "put");
        json.WriteString("key", BudgetRecords.KeyOf(number));
        json.WriteString("contentType", "application/json");
        json.WriteBase64String("value", _value.WrittenSpan);
        json.WriteEndObject();
        _batch.Add((number, version, _value.WrittenCount));
    }

    /// <summary>Whether the batch was taken; not when it was refused until the run was stopped.</summary>
    private async Task<bool> WriteAsync(BudgetClient client, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            (string reason, TimeSpan retryAfter) = await client.WriteAsync(_json.WrittenMemory);
            if (reason.Length == 0)
                return true;
            refusals.Add(reason);
            if (Stopwatch.GetElapsedTime(started) > options.RefusalLimit)
                throw new BudgetRunException($"For {options.RefusalLimit.TotalSeconds:0} s every write was refused: {reason}.");
            try
            {
                await Task.Delay(retryAfter, stop);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private void Acknowledge()
    {
        long first = 0;
        long later = 0;
        foreach ((int number, int version, int bytes) in _batch)
        {
            state.Versions.Acknowledge(number, version);
            if (version == 1)
                first += bytes;
            else
                later += bytes;
        }

        state.Add(first, later);
    }

    private static int FirstUnsent(int stripe, int writers, RecordVersions versions)
    {
        int number = stripe;
        while (number < versions.Capacity && versions.Sent(number) != 0)
            number += writers;
        return number;
    }
}
