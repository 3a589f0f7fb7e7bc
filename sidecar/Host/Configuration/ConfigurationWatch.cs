using Thermocline.Contract.Reading;

namespace Thermocline.Sidecar.Configuration;

/// <summary>
/// Looks at the configuration file's content every two seconds. Content and not time stamps or events: a mounted
/// ConfigMap changes by swapping a symbolic link, which neither shows.
/// </summary>
internal sealed partial class ConfigurationWatch(
    ConfigurationSource source, ConfigurationInForce force, TimeProvider time, ILogger logger)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // Nothing: the file may have changed between the start's reading and this one's first look.
    private byte[]? _seen;
    private string? _lastFailure;

    /// <summary>Looks until it is cancelled; returns at once when there is no file.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (source.File is null)
            return;
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                Look();
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <summary>Looks once: takes a changed file over, or says what is wrong with it and keeps the old one in force.</summary>
    public void Look()
    {
        byte[]? content = TryRead(source, out string? failure);
        if (content is null)
        {
            // The same failure is said once, not every two seconds.
            if (failure != _lastFailure)
                LogUnreadable(logger, failure!);
            _lastFailure = failure;
            return;
        }
        _lastFailure = null;
        if (_seen is not null && content.AsSpan().SequenceEqual(_seen))
            return;
        _seen = content;
        TakeOver(source.Read(content));
    }

    private static byte[]? TryRead(ConfigurationSource source, out string? failure)
    {
        failure = null;
        try
        {
            return source.ReadFile();
        }
        catch (Exception caught) when (caught is IOException or UnauthorizedAccessException)
        {
            failure = caught.Message;
            return null;
        }
    }

    private void TakeOver(ConfigurationReading reading)
    {
        if (reading.Mistakes.Count > 0)
        {
            LogRefused(logger, string.Join("; ", reading.Mistakes));
            return;
        }
        if (ConfigurationYaml.RevisionOf(reading.Configuration) == force.Revision)
            return;
        IReadOnlyList<string> changed = force.Accept(reading.Configuration);
        LogAccepted(logger, force.Revision, changed.Count == 0 ? "nothing" : string.Join(", ", changed));
        if (force.PendingRestart.Count > 0)
            LogPending(logger, string.Join(", ", force.PendingRestart));
    }

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning,
        Message = "The configuration file cannot be read, the old configuration stays in force: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);

    [LoggerMessage(EventId = 8, Level = LogLevel.Error,
        Message = "The changed configuration is refused, the old one stays in force: {Mistakes}")]
    private static partial void LogRefused(ILogger logger, string mistakes);

    [LoggerMessage(EventId = 9, Level = LogLevel.Information, Message = "Configuration {Revision} is in force; changed: {Changed}")]
    private static partial void LogAccepted(ILogger logger, string revision, string changed);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "These changed settings wait for a restart: {Settings}")]
    private static partial void LogPending(ILogger logger, string settings);
}
