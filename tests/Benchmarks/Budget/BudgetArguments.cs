using Thermocline.Contract.Reading;

namespace Thermocline.Benchmarks.Budget;

/// <summary>What the command line asked of "budget".</summary>
internal sealed record BudgetArguments
{
    private static readonly string[] Words = ["--bytes", "--limit", "--headroom", "--shrink", "--cold", "--keep"];

    public long? Bytes { get; init; }

    public long? Limit { get; init; }

    public long Headroom { get; init; }

    public bool Shrink { get; init; }

    public string? Cold { get; init; }

    public string Out { get; init; } = Path.Combine("artifacts", "budget");

    public string? Keep { get; init; }

    public static bool Knows(string word) => Words.Contains(word);

    /// <summary>The same with one option more.</summary>
    public BudgetArguments With(string word, Func<string> value, List<string> mistakes) => word switch
    {
        "--bytes" => this with { Bytes = AmountOf(word, value(), mistakes) },
        "--limit" => this with { Limit = AmountOf(word, value(), mistakes) },
        "--headroom" => this with { Headroom = AmountOf(word, value(), mistakes) },
        "--shrink" => this with { Shrink = true },
        "--cold" => this with { Cold = Path.GetFullPath(value()) },
        "--keep" => this with { Keep = Path.GetFullPath(value()) },
        _ => throw new ArgumentException($"Unknown option \"{word}\"."),
    };

    private static long AmountOf(string option, string value, List<string> mistakes)
    {
        if (Quantity.TryParse(value, out long bytes))
            return bytes;
        mistakes.Add($"{option} is an amount of bytes such as 256Mi, not \"{value}\".");
        return 0;
    }
}
