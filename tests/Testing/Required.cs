using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Thermocline.Testing;

/// <summary>What a machine must have for a test: without it the test is skipped, with <c>CI=true</c> it fails.</summary>
public static class Required
{
    /// <param name="there">Whether the machine has it.</param>
    /// <param name="missing">What is missing, and how to get it.</param>
    public static void That([DoesNotReturnIf(false)] bool there, string missing)
    {
        if (there)
            return;
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", missing);
        Assert.Fail(missing);
    }

    /// <summary>What was found, which is there from here on.</summary>
    /// <param name="found">It, or null where there is none.</param>
    /// <param name="missing">What is missing, and how to get it.</param>
    public static T Found<T>([NotNull] T? found, string missing)
        where T : class
    {
        That(found is not null, missing);
        return found;
    }
}
