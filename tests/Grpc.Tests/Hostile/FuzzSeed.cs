using System.Globalization;
using Xunit;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>Where the chance of a run comes from: THERMOCLINE_FUZZ_SEED, or always the same.</summary>
internal static class FuzzSeed
{
    public static int Value { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("THERMOCLINE_FUZZ_SEED"), CultureInfo.InvariantCulture, out int given) ? given : 20_261;

    public static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{what}: THERMOCLINE_FUZZ_SEED={Value}");

    /// <summary>The chance of one case, so that it can be tried alone.</summary>
    public static Random Of(int number) => new(unchecked(Value * 1_000_003 + number));
}
