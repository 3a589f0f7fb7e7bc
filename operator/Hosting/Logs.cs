using Microsoft.Extensions.Logging;

namespace Thermocline.Operator.Hosting;

/// <summary>The log: one line an entry on standard error, for people or for programs.</summary>
internal static class Logs
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static ILoggerFactory Create(RunOptions options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // Standard output belongs to the ready line.
        logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.JsonLog)
        {
            logging.AddJsonConsole(static json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = TimeFormat;
            });
            return;
        }

        logging.AddSimpleConsole(static text =>
        {
            text.SingleLine = true;
            text.UseUtcTimestamp = true;
            text.TimestampFormat = TimeFormat + " ";
        });
    });
}
