namespace Thermocline.Benchmarks.Children;

/// <summary>The child's side: reads requests from standard input, answers each on one line of standard output.</summary>
internal static class ChildLoop
{
    public const string Answer = "ok ";
    public const string Failure = "failed ";

    public static int Run(IContestant contestant)
    {
        using (contestant)
        {
            Console.Out.WriteLine(Answer);
            while (Console.In.ReadLine() is { } line && line != "quit")
            {
                string[] words = line.Split(' ');
                Console.Out.WriteLine(AnswerTo(contestant, words));
            }
        }
        return 0;
    }

    private static string AnswerTo(IContestant contestant, string[] words)
    {
        try
        {
            return Answer + contestant.Do(words[0], words[1..]);
        }
        catch (Exception failure)
        {
            // The top of the loop: the parent decides what a failed request means for the run.
            return Failure + failure.ToString().ReplaceLineEndings(" | ");
        }
    }
}
