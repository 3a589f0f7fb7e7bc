using System.Globalization;
using System.Text;

namespace Thermocline.Simulation.Tests;

/// <summary>Keys and values of a world: few keys, and values of every kind that packing treats in its own way.</summary>
internal sealed class Values(Random random)
{
    public const int Keys = 24;
    private const int Kinds = 12;
    private int _made;

    public static IReadOnlyList<string> Collections { get; } = ["notes", "states"];

    public static string CollectionOf(int key) => Collections[key % Collections.Count];

    public static byte[] KeyOf(int key) => Composed[key];

    public int Key() => random.Next(Keys);

    /// <summary>Empty, small, alike, equal to others, incompressible, and large.</summary>
    public byte[] Value()
    {
        _made++;
        switch (random.Next(Kinds))
        {
            case 0:
                return [];
            case 1:
                return Encoding.UTF8.GetBytes(new string((char)('a' + random.Next(3)), 400));
            case 2:
                var noise = new byte[random.Next(1, 1_500)];
                random.NextBytes(noise);
                return noise;
            case 3 when random.Next(3) == 0:
                return Encoding.UTF8.GetBytes($"{_made} " + string.Concat(Enumerable.Repeat("a long memory of many words. ", random.Next(60, 300))));
            case < 8:
                return Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"id":{{_made}},"agent":"agent {{random.Next(4)}}","text":"the warm tier lives on local disk {{random.Next(100)}}"}"""));
            default:
                return Encoding.UTF8.GetBytes($"value {_made}");
        }
    }

    public byte[] Metadata() => random.Next(5) == 0 ? Encoding.UTF8.GetBytes($"metadata {random.Next(5)}") : [];

    private static readonly byte[][] Composed =
    [
        .. Enumerable.Range(0, Keys).Select(static key =>
            Store.Keys.Compose(CollectionOf(key), key.ToString("d2", CultureInfo.InvariantCulture))),
    ];
}
