namespace Thermocline.Benchmarks.Children;

/// <summary>One engine inside its own process, doing what the parent asks, one request at a time.</summary>
internal interface IContestant : IDisposable
{
    Facts Do(string request, string[] arguments);
}
