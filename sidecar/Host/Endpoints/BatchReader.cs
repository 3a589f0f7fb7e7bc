using System.Text.Json;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>
/// Reads the operations of a batch straight off the bytes of its JSON. Mistakes are collected, each with the index of its
/// operation, so that a client repairs a batch once and not once per mistake.
/// </summary>
internal sealed class BatchReader(byte[] collection, DateTimeOffset now)
{
    private const int DepthMax = 16;
    private const int MistakesMax = 1_000;

    private readonly List<WriteOperation> _operations = [];
    private readonly List<FieldMistake> _mistakes = [];

    /// <summary>The operations, in order.</summary>
    public ReadOnlyMemory<WriteOperation> Operations { get; private set; }

    /// <summary>Reads a batch; answers what is wrong with it, or null.</summary>
    public Problem? Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            ReadTop(ref reader);
        }
        catch (JsonException malformed)
        {
            return JsonMedia.Malformed(malformed);
        }
        catch (InvalidOperationException)
        {
            // The reader's word for text that is no UTF-8 or a lone surrogate.
            return new Problem(400, ProblemCode.JsonMalformed, "The body is not well-formed JSON.", "A text is not valid Unicode.");
        }
        if (_mistakes.Count > 0)
            return new Problem(400, ProblemCode.BatchInvalid, "The batch is not valid; nothing was written.") { Errors = _mistakes };
        Operations = _operations.ToArray();
        return null;
    }

    private void ReadTop(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool seen = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Report("", "must be an object with operations");
            reader.Skip();
        }
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                seen |= ReadTopProperty(ref reader, seen);
            if (!seen)
                Report("operations", "must be given");
        }
        // Whatever follows the value is malformed, and the reader says so.
        reader.Read();
        if (seen && _operations.Count == 0 && _mistakes.Count == 0)
            Report("operations", "must hold at least one operation");
    }

    private bool ReadTopProperty(ref Utf8JsonReader reader, bool seen)
    {
        bool operations = reader.ValueTextEquals("operations"u8);
        if (!operations)
            Report(Name(ref reader), "is not a field of a batch");
        else if (seen)
            Report("operations", "is given twice");
        reader.Read();
        if (operations && !seen)
            ReadOperations(ref reader);
        else
            reader.Skip();
        return operations;
    }

    private void ReadOperations(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Report("operations", "must be an array");
            reader.Skip();
            return;
        }
        int index = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index < Limits.BatchOperationsMax)
                ReadOperation(ref reader, $"operations[{index}]");
            else
                reader.Skip();
        }
        if (index > Limits.BatchOperationsMax)
            Report("operations", $"must hold at most {Limits.BatchOperationsMax} operations, not {index}");
    }

    private void ReadOperation(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Report(path, "must be an object");
            reader.Skip();
            return;
        }
        BatchOperation operation = new();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = operation.Take(ref reader, out string? mistake);
            if (mistake is not null)
                Report(name is null ? path : $"{path}.{name}", mistake);
        }
        Check(operation, path);
        if (_mistakes.Count == 0)
            _operations.Add(operation.ToWrite(collection, now));
    }

    private void Check(BatchOperation operation, string path)
    {
        if (operation.Kind is null)
            Report($"{path}.op", "must be put or delete");
        if (operation.Key is not { } key)
            Report($"{path}.key", "must be given");
        else if (KvAddress.RefuseKey(key) is { } wrong)
            Report($"{path}.key", wrong.Detail ?? wrong.Title);
        if (operation.Kind == "put" && operation.ValuesGiven != 1)
            Report(path, "a put needs exactly one of value and text");
        if (operation.Kind == "delete" && operation.PutFieldsGiven)
            Report(path, "a delete takes no value, text, contentType, ttlSeconds or ifAbsent");
        if (operation.IfAbsent && operation.ETag is not null)
            Report(path, "etag and ifAbsent exclude each other");
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        string name = reader.GetString()!;
        return name.Length <= 64 ? name : name[..64];
    }

    private void Report(string path, string message)
    {
        if (_mistakes.Count < MistakesMax)
            _mistakes.Add(new FieldMistake(path, message));
    }
}
