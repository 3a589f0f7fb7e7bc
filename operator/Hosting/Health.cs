namespace Thermocline.Operator.Hosting;

/// <summary>Whether others may rely on this process.</summary>
internal sealed class Health(IReadOnlyList<ReadyCheck> checks)
{
    private volatile bool _stopping;

    /// <summary>Why it is not ready; null when it is.</summary>
    public string? WhyNotReady
    {
        get
        {
            if (_stopping)
                return "stopping";
            string[] reasons = [.. checks.Select(static each => each.WhyNot() is { } why ? $"{each.Name}: {why}" : null).OfType<string>()];
            return reasons.Length == 0 ? null : string.Join("; ", reasons);
        }
    }

    public void Stop() => _stopping = true;
}
