using Thermocline.Contract.Configuration;

namespace Thermocline.Sidecar.Hosting;

/// <summary>The least severe entry that is logged; may be changed at any time.</summary>
internal sealed class LogLevelSwitch(Severity severity)
{
    private volatile int _severity = (int)severity;

    /// <summary>The severity in force.</summary>
    public Severity Severity
    {
        get => (Severity)_severity;
        set => _severity = (int)value;
    }

    /// <summary>
    /// Whether an entry is logged. The framework's entries start at warning whatever the level: below it they quote
    /// request targets, and a key has no place in a log.
    /// </summary>
    public bool Passes(string? category, LogLevel level)
    {
        LogLevel least = Severity switch
        {
            Severity.Debug => LogLevel.Debug,
            Severity.Information => LogLevel.Information,
            Severity.Warning => LogLevel.Warning,
            Severity.Error => LogLevel.Error,
        };
        // Everything it says is said by RequestGuard; while it believes in a listener it makes an activity a request.
        if (category == "Microsoft.AspNetCore.Hosting.Diagnostics")
            return false;
        // The server calls it an error when a client cuts a body short; the request's own answer has said so already.
        if (category == "Microsoft.AspNetCore.Server.Kestrel")
            return level >= LogLevel.Critical;
        bool framework = category is not null && category.StartsWith("Microsoft.", StringComparison.Ordinal);
        return level >= least && (!framework || level >= LogLevel.Warning);
    }
}
