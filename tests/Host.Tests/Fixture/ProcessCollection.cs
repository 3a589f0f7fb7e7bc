namespace Thermocline.Host.Tests.Fixture;

/// <summary>
/// Tests that start processes, and tests that open one data folder again and again: a child that is just being started still
/// holds the lock of a folder that this process has closed. They do not run at the same time.
/// </summary>
internal static class ProcessCollection
{
    public const string Name = "processes";
}
