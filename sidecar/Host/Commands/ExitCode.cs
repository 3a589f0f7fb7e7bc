namespace Thermocline.Sidecar.Commands;

/// <summary>How a command ended.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;
    public const int Interrupted = 130;
}
