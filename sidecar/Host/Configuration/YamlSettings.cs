using System.Globalization;
using System.Text;
using Thermocline.Contract.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Thermocline.Sidecar.Configuration;

/// <summary>
/// Turns a YAML document into settings, event by event: one document, no anchors or aliases, no duplicate keys, bounded
/// depth and size. Nothing is bound by reflection and no tag can name a type.
/// </summary>
internal sealed class YamlSettings
{
    /// <summary>Bytes a configuration file may have.</summary>
    public const int BytesMax = 1 << 20;

    private const int DepthMax = 16;
    private const int KeyLettersMax = 128;

    private readonly Parser _parser;

    private YamlSettings(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    /// <summary>Reads the settings of a document. An empty document has none.</summary>
    /// <exception cref="FormatException">It is no YAML, or more of YAML than a configuration needs; says where.</exception>
    public static SettingSection Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > BytesMax)
            throw new FormatException($"is larger than {BytesMax} bytes");
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
            return new YamlSettings(text.TrimStart('\uFEFF')).Document();
        }
        catch (DecoderFallbackException failure)
        {
            throw new FormatException("is not UTF-8 text", failure);
        }
        catch (YamlException failure)
        {
            throw new FormatException($"is not YAML: {failure.Message} (line {failure.Start.Line})", failure);
        }
    }

    private static string Line(ParsingEvent at) => string.Create(CultureInfo.InvariantCulture, $"line {at.Start.Line}");

    private static FormatException Refuse(ParsingEvent at, string what) => new($"{what} ({Line(at)})");

    private SettingSection Document()
    {
        Next<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return SettingSection.Empty;
        Next<DocumentStart>();
        SettingSection settings = Value(depth: 0) switch
        {
            SettingSection section => section,
            null => SettingSection.Empty,
            { } other => throw new FormatException($"must be a mapping of sections ({other.Origin})"),
        };
        Next<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
            throw Refuse(_parser.Current!, "holds several documents; one is allowed");
        return settings;
    }

    private Setting? Value(int depth)
    {
        ParsingEvent current = Next<ParsingEvent>();
        if (depth > DepthMax)
            throw Refuse(current, $"is nested deeper than {DepthMax} levels");
        if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false })
            throw Refuse(current, "uses an anchor or alias; write the value out");
        return current switch
        {
            Scalar scalar => Single(scalar),
            SequenceStart start => List(start, depth),
            MappingStart start => Section(start, depth),
            _ => throw Refuse(current, "is not a value"),
        };
    }

    private static SettingText? Single(Scalar scalar)
    {
        bool nothing = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
        return nothing ? null : new SettingText(scalar.Value, Line(scalar));
    }

    private SettingList List(SequenceStart start, int depth)
    {
        List<Setting> items = [];
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Value(depth + 1) ?? new SettingText("", Line(start)));
        return new SettingList(items, Line(start));
    }

    private SettingSection Section(MappingStart start, int depth)
    {
        List<KeyValuePair<string, Setting?>> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent at = Next<ParsingEvent>();
            if (at is not Scalar { Anchor.IsEmpty: true, Value.Length: > 0 and <= KeyLettersMax } key)
                throw Refuse(at, "has a key that is not a plain word");
            if (!names.Add(key.Value))
                throw Refuse(key, $"names '{key.Value}' twice");
            entries.Add(new KeyValuePair<string, Setting?>(key.Value, Value(depth + 1)));
        }
        return new SettingSection(entries, Line(start));
    }

    private T Next<T>()
        where T : ParsingEvent => _parser.Consume<T>();
}
