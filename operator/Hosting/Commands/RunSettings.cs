using System.Net;
using Microsoft.Extensions.Logging;
using Thermocline.Contract.Reading;

namespace Thermocline.Operator.Hosting.Commands;

/// <summary>Reads the options of a run from the command line, and where it says nothing from the environment; every mistake at once.</summary>
/// <param name="said">What the command line gives an option, by its name without dashes; null when it does not name it.</param>
/// <param name="environment">Environment variables.</param>
internal sealed class RunSettings(Func<string, IReadOnlyList<string>?> said, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>What the variable of each option starts with.</summary>
    public const string Prefix = "THERMOCLINE_OPERATOR_";

    private const int NamespacesMax = 500;
    private const int ImageLettersMax = 512;

    private readonly List<string> _mistakes = [];

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    public RunOptions Read()
    {
        var options = new RunOptions
        {
            Namespaces = Namespaces(),
            OperatorNamespace = Label("operator-namespace", Variable("POD_NAMESPACE")),
            Image = Image(),
            Webhook = Address("webhook-address", "127.0.0.1:9443"),
            WebhookService = Label("webhook-service", "thermocline-webhook"),
            WebhookConfiguration = Label("webhook-configuration", "thermocline-webhook", 253),
            Health = Address("health-address", "127.0.0.1:8081") ?? Needed("health-address"),
            Metrics = Address("metrics-address", "127.0.0.1:8080"),
            LeaseName = Label("lease-name", "thermocline-operator"),
            JsonLog = Word("log-format", "text", "text", "json") == "json",
            LogLevel = LevelOf(Word("log-level", "information", "debug", "information", "warning", "error")),
            Kubeconfig = Text("kubeconfig", "") is { Length: > 0 } file ? file : null,
            Instance = Variable("POD_NAME") is { Length: > 0 } pod ? pod : Environment.MachineName,
        };
        if (options.LeaseName.Length == 0)
            _mistakes.Add("--lease-name must not be empty");
        IPEndPoint[] fixedOnes = [.. new[] { options.Webhook, options.Health, options.Metrics }.OfType<IPEndPoint>().Where(static each => each.Port != 0)];
        if (fixedOnes.Distinct().Count() < fixedOnes.Length)
            _mistakes.Add("--webhook-address, --health-address and --metrics-address must differ");
        return options;
    }

    /// <summary>The variable of an option.</summary>
    public static string VariableOf(string option) => Prefix + option.Replace('-', '_').ToUpperInvariant();

    private static LogLevel LevelOf(string word) => word switch
    {
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private List<string> Namespaces()
    {
        string[] named = [.. Values("namespace").SelectMany(static each => each.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (named.Length > 1 && named.Contains("all", StringComparer.Ordinal))
            _mistakes.Add("--namespace names all beside others: give all alone, or each namespace");
        foreach (string each in named.Where(static each => !IsLabel(each)))
            _mistakes.Add($"--namespace: '{Shown(each)}' is no name of a namespace");
        if (named.Length > NamespacesMax)
            _mistakes.Add($"--namespace: at most {NamespacesMax} are taken; give all instead");
        return [.. named.Where(static each => each != "all").Distinct(StringComparer.Ordinal)];
    }

    private string Image()
    {
        string image = Text("image", "");
        if (image.Length > ImageLettersMax || image.Any(static letter => letter is <= ' ' or >= '\x7f'))
            _mistakes.Add($"--image: '{Shown(image)}' is no reference of an image");
        return image;
    }

    private string Label(string option, string fallback, int lettersMax = 63)
    {
        string text = Text(option, fallback);
        if (text.Length > 0 && !IsLabel(text, lettersMax))
            _mistakes.Add($"--{option}: '{Shown(text)}' is no name: letters a-z, digits and -, at most {lettersMax}");
        return text;
    }

    private IPEndPoint? Address(string option, string fallback)
    {
        string text = Text(option, fallback);
        if (text.Length == 0)
            return null;
        if (ListenAddress.TryParse(text, out IPEndPoint? address))
            return address;
        _mistakes.Add($"--{option}: '{Shown(text)}' must be an IP address and a port, such as {fallback}, [::]:8080 or :8080 for all interfaces");
        return null;
    }

    // Only to go on and find the next mistake.
    private IPEndPoint Needed(string option)
    {
        if (_mistakes.Count == 0)
            _mistakes.Add($"--{option} must not be empty: Kubernetes asks there whether the operator lives");
        return new IPEndPoint(IPAddress.Loopback, 0);
    }

    private string Word(string option, string fallback, params string[] known)
    {
        string text = Text(option, fallback);
        if (known.Contains(text, StringComparer.Ordinal))
            return text;
        _mistakes.Add($"--{option} must be one of {string.Join(", ", known)}, not '{Shown(text)}'");
        return fallback;
    }

    private string Text(string option, string fallback) => Values(option) is [.., var last] ? last.Trim() : fallback;

    private IReadOnlyList<string> Values(string option)
    {
        if (said(option) is { } values)
            return values;
        return environment.TryGetValue(VariableOf(option), out string? value) ? [value] : [];
    }

    private string Variable(string name) => environment.TryGetValue(name, out string? value) ? value : "";

    private static bool IsLabel(string text, int lettersMax = 63) => text.Length > 0 && text.Length <= lettersMax && text[0] != '-' && text[^1] != '-'
        && text.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
