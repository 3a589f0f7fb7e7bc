using System.CommandLine;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;

namespace Thermocline.Sidecar.Commands;

/// <summary>The options by which a command is told its configuration, and what they come to.</summary>
internal sealed class ConfigurationArguments
{
    private const string Variable = "THERMOCLINE_CONFIG";

    /// <summary><c>--config FILE</c>.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = $"The configuration file (YAML). Default: {Variable}.",
        HelpName = "FILE",
    };

    /// <summary><c>--data DIR</c>, over <c>data.path</c>.</summary>
    public Option<string?> Data { get; } = CommonOptions.Data();

    /// <summary>Where the configuration is read; further options go over settings as <c>--data</c> does.</summary>
    public ConfigurationSource SourceOf(
        ParseResult parsed, Surroundings surroundings, params ReadOnlySpan<(string Path, Option<string?> Option)> more)
    {
        string? file = parsed.GetValue(Config);
        if (file is null && surroundings.Environment.GetValueOrDefault(Variable) is { Length: > 0 } named)
            file = named;
        List<KeyValuePair<string, SettingText>> options = [];
        foreach ((string path, Option<string?> option) in (ReadOnlySpan<(string, Option<string?>)>)[("data.path", Data), .. more])
        {
            if (parsed.GetValue(option) is { } value)
                options.Add(new KeyValuePair<string, SettingText>(path, new SettingText(value, $"option {option.Name}")));
        }
        return new ConfigurationSource(file, surroundings.Environment, options);
    }

    /// <summary>Reads it; tells every mistake and answers null when there is one.</summary>
    public static async Task<ConfigurationReading?> ReadAsync(ConfigurationSource source, Surroundings surroundings)
    {
        ConfigurationReading reading = Read(source);
        if (reading.Mistakes.Count == 0)
            return reading;
        await surroundings.Error.WriteLineAsync("The configuration is wrong:");
        foreach (Mistake mistake in reading.Mistakes)
            await surroundings.Error.WriteLineAsync($"  {mistake}");
        return null;
    }

    private static ConfigurationReading Read(ConfigurationSource source)
    {
        try
        {
            return source.Read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return source.Failed($"cannot be read: {failure.Message}");
        }
    }
}
