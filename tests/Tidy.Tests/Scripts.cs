namespace Thermocline.Tidy.Tests;

/// <summary>The scripts at the root stop at the first failure and explain themselves.</summary>
internal static class Scripts
{
    public static readonly string[] Paths = ["build", "run", "test", "bench", ".ci/run", "charts/render"];

    public static IEnumerable<string> Mistakes(string path, string? text)
    {
        if (text is null)
        {
            yield return $"{path} is missing.";
            yield break;
        }

        if (!text.StartsWith("#!/usr/bin/env bash\n", StringComparison.Ordinal))
        {
            yield return $"{path} does not start with #!/usr/bin/env bash.";
        }

        if (!text.Contains("\nset -euo pipefail\n", StringComparison.Ordinal))
        {
            yield return $"{path} goes on after a failure. Add: set -euo pipefail.";
        }

        if (!text.Contains("--help", StringComparison.Ordinal))
        {
            yield return $"{path} does not explain itself. Add --help.";
        }
    }
}
