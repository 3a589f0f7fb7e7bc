namespace Thermocline.Testing.Events;

/// <summary>
/// Who was asked to handle which event, in the order of one clock; says what of it breaks the promise of at least once, in order within
/// a context.
/// </summary>
public sealed class EventHistory
{
    private readonly Dictionary<int, List<(long At, long Number)>> _contexts = [];

    /// <summary>Handlings there were.</summary>
    public int Handlings { get; private set; }

    /// <summary>Adds that an event was handled.</summary>
    /// <param name="at">When, by a clock that all handlers share.</param>
    /// <param name="context">Its context.</param>
    /// <param name="number">Which one of its context, from 0.</param>
    public void Add(long at, int context, long number)
    {
        if (!_contexts.TryGetValue(context, out List<(long At, long Number)>? handled))
            _contexts.Add(context, handled = []);
        handled.Add((at, number));
        Handlings++;
    }

    /// <summary>Everything that is wrong: an event nobody handled, or one that was begun before the one before it.</summary>
    /// <param name="published">How many events of each context were taken.</param>
    public IReadOnlyList<string> Mistakes(IReadOnlyList<long> published)
    {
        var mistakes = new List<string>();
        for (int context = 0; context < published.Count; context++)
        {
            long next = 0;
            foreach ((_, long number) in _contexts.GetValueOrDefault(context, []).OrderBy(handled => handled.At))
            {
                if (number > next)
                {
                    mistakes.Add($"Context {context}: event {number} was handled when {next} was next.");
                    next = number;
                }

                next = Math.Max(next, number + 1);
            }

            if (next < published[context])
                mistakes.Add($"Context {context}: {next} of {published[context]} events were handled.");
        }

        return mistakes;
    }

    /// <summary>Handlings beyond the first of an event.</summary>
    public int Repeated() => _contexts.Values.Sum(handled => handled.Count - handled.Select(each => each.Number).Distinct().Count());
}
