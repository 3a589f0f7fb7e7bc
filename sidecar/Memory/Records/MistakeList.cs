namespace Thermocline.Memory.Records;

/// <summary>Collects what is wrong with an input, up to <see cref="MemoryLimits.MistakesMax"/>, under a field path.</summary>
internal sealed class MistakeList
{
    private readonly List<Mistake> _items = [];

    public IReadOnlyList<Mistake> Items => _items;

    public bool IsEmpty => _items.Count == 0;

    public void Add(string path, string code, string message)
    {
        if (_items.Count < MemoryLimits.MistakesMax)
            _items.Add(new Mistake(path, code, message));
    }

    /// <summary>A field's path below another: a dot between names, none before the first.</summary>
    public static string Join(string path, string field) => path.Length == 0 ? field : field.Length == 0 ? path : $"{path}.{field}";
}
