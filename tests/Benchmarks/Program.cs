using System.Runtime.InteropServices;
using System.Text.Json;
using Thermocline.Benchmarks;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Report;

const int ExitOk = 0;
const int ExitFailed = 1;
const int ExitUsage = 2;
const int ExitInterrupted = 130;

if (args is [ChildProcess.ChildArgument, .. var childArguments])
    return ChildLoop.Run(ChildCatalogue.Create(childArguments));

var mistakes = new List<string>();
Arguments arguments = Arguments.Parse(args, mistakes);
IReadOnlyList<IBenchmark> benchmarks = Catalogue.Find(arguments.Names, mistakes);
if (arguments.Help || mistakes.Count > 0)
{
    foreach (string mistake in mistakes)
        Console.Error.WriteLine(mistake);
    TextWriter help = arguments.Help ? Console.Out : Console.Error;
    help.WriteLine($"{Arguments.Usage}\n\nBenchmarks:\n{Catalogue.List()}");
    return arguments.Help ? ExitOk : ExitUsage;
}

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupt.Cancel();
};
TextWriter progress = arguments.Json ? Console.Error : Console.Out;
// A terminated run must not leave servers and folders behind either.
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    interrupt.Cancel();
});
using var session = new BenchSession(arguments, progress.WriteLine, interrupt.Token);
string machine = Machine.Describe(session.Folder);
session.Say($"{machine}; seed {arguments.Seed}{(arguments.Quick ? "; quick sizes: not for quoting" : "")}");
int exit = ExitOk;
foreach (IBenchmark benchmark in benchmarks)
{
    try
    {
        session.Say($"\n== {benchmark.Name}: {benchmark.Summary}");
        benchmark.Run(session);
    }
    catch (Exception) when (interrupt.IsCancellationRequested)
    {
        // Children were ended by the interrupt, so whatever broke in the middle broke because of it.
        return ExitInterrupted;
    }
    catch (Exception failure)
    {
        // One benchmark that breaks does not take the others' numbers with it; the exit code tells.
        Console.Error.WriteLine($"{benchmark.Name} failed: {failure}");
        exit = ExitFailed;
    }
}

var report = new BenchReport(machine, arguments.Seed, arguments.Quick, session.Rows, session.Skipped);
if (arguments.Json)
    Console.Out.WriteLine(JsonSerializer.Serialize(report, BenchReportJson.Default.BenchReport));
else
    session.Say($"\n{machine}; seed {arguments.Seed}\n\n{Markdown.Table(session.Rows)}");
return exit;
