namespace Thermocline.Operator.Hosting;

/// <summary>A part that runs until it is cancelled. When it ends by itself, the operator does.</summary>
/// <param name="Name">What it is called in the log.</param>
/// <param name="RunAsync">Runs it.</param>
internal sealed record OperatorTask(string Name, Func<CancellationToken, Task> RunAsync);
