using System.Globalization;
using System.Text;

namespace Thermocline.Benchmarks.Delta;

/// <summary>JSON documents of 4 KiB, of which one field changes from version to version, or all of them.</summary>
internal sealed class JsonDocuments(int count, bool changesAll)
{
    private const int Fields = 64;

    public int Count => count;

    /// <summary>The document of a key at a version; always of the same length.</summary>
    public byte[] Write(int key, int version)
    {
        var text = new StringBuilder(4_200).Append('{');
        for (int field = 0; field < Fields; field++)
        {
            int changed = changesAll || field == (key + version) % Fields ? version : 0;
            var random = new Random(HashCode(key, field, changed));
            text.Append(CultureInfo.InvariantCulture, $"{(field == 0 ? "" : ",")}\"field{field:D2}\":\"");
            for (int i = 0; i < 6; i++)
                text.Append(CultureInfo.InvariantCulture, $"{random.Next():x8}");
            text.Append("abc\"");
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    private static int HashCode(int key, int field, int version) => unchecked((key * 1_000_003) ^ (field * 7_919) ^ (version * 104_729));
}
