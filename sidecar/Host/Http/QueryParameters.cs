using System.Buffers;
using System.Globalization;
using System.Text;

namespace Thermocline.Sidecar.Http;

/// <summary>
/// The query of a request, decoded strictly. Every parameter is asked for by name; what nobody asked for is a mistake,
/// since a misspelt <c>ttlSeconds</c> would otherwise keep a value for ever.
/// </summary>
internal sealed class QueryParameters
{
    private const int ParametersMax = 32;

    // Most requests have no query: nothing is made for them.
    private Dictionary<string, string>? _values;
    private List<FieldMistake>? _mistakes;

    /// <summary>Reads the query of a request.</summary>
    public QueryParameters(HttpRequest request)
    {
        string query = request.QueryString.Value ?? "";
        if (query.Length <= 1)
            return;
        string[] pairs = query[1..].Split('&', ParametersMax + 1);
        if (pairs.Length > ParametersMax)
            Report("query", $"has more than {ParametersMax} parameters");
        foreach (string pair in pairs.Take(ParametersMax))
            Add(pair);
    }

    /// <summary>A text, empty when absent.</summary>
    public string Text(string name) => Take(name) ?? "";

    /// <summary>A whole number inside its range, or null when absent.</summary>
    public long? Integer(string name, long min, long max)
    {
        if (Take(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max)
            return value;
        Report(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>; false when absent.</summary>
    public bool Flag(string name)
    {
        if (Take(name) is not { } text)
            return false;
        if (text is not ("true" or "false"))
            Report(name, "must be true or false");
        return text == "true";
    }

    /// <summary>Writes down that a parameter is wrong.</summary>
    public void Report(string name, string message) => (_mistakes ??= []).Add(new FieldMistake(name, message));

    /// <summary>Everything that is wrong, once all parameters were asked for; null when nothing is.</summary>
    public Problem? End()
    {
        foreach (string name in _values?.Keys.ToArray() ?? [])
            Report(name.Length <= 64 ? name : name[..64], "is not a parameter of this request");
        return _mistakes is null ? null : new Problem(400, ProblemCode.ParameterInvalid, "A parameter is not valid.")
        { Errors = _mistakes };
    }

    private void Add(string pair)
    {
        if (pair.Length == 0)
            return;
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        string? name = Decode(equals < 0 ? pair : pair[..equals]);
        string? value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
        if (name is null || value is null)
            Report("query", "is not percent-encoded UTF-8");
        else if (!(_values ??= new(StringComparer.Ordinal)).TryAdd(name, value))
            Report(name.Length <= 64 ? name : name[..64], "is given twice");
    }

    private string? Take(string name)
    {
        string? value = null;
        _values?.Remove(name, out value);
        return value;
    }

    private static string? Decode(string text)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(text.Length);
        bool valid = PercentDecoding.TryDecode(text, rented, plusIsSpace: true, out int length);
        string? decoded = valid ? Encoding.UTF8.GetString(rented, 0, length) : null;
        ArrayPool<byte>.Shared.Return(rented);
        return decoded;
    }
}
