namespace Thermocline.Operator.Hosting.Commands;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    /// <summary>Done, or stopped as told.</summary>
    public const int Done = 0;

    /// <summary>Something failed; standard error says what.</summary>
    public const int Failed = 1;

    /// <summary>It was called wrongly, or does not know its cluster.</summary>
    public const int BadUsage = 2;
}
