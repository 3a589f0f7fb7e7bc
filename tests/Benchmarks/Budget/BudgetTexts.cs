using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Benchmarks.Corpus;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Budget;

/// <summary>Passages of the machine's own documents, escaped to stand in JSON. The same seed gives the same ones.</summary>
internal static class BudgetTexts
{
    private const int Count = 30_000;

    /// <summary>So many passages, or null when the machine has too little text.</summary>
    public static byte[][]? Find(ulong seed, CancellationToken cancellation)
    {
        var random = new Random((int)KeySpace.Mix(seed));
        var texts = new List<byte[]>(Count);
        foreach (TextFile file in TextFiles.Find(random))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (string passage in Passages.Of(file, random))
                texts.Add(JsonEncodedText.Encode(passage, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray());
            if (texts.Count >= Count)
                return [.. texts.Take(Count)];
        }

        return null;
    }
}
