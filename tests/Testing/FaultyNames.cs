using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>The names of the modelled disk: a path leads to a file, or to null for a directory.</summary>
internal sealed class FaultyNames
{
    private readonly Dictionary<string, FaultyNode?> _entries = new() { [RelativePath.Root] = null };

    public IEnumerable<KeyValuePair<string, FaultyNode?>> Entries => _entries;

    public bool IsDirectory(string path) => _entries.TryGetValue(path, out FaultyNode? node) && node is null;

    public FaultyNode? Find(string path) => _entries.GetValueOrDefault(path);

    public bool Contains(string path) => _entries.ContainsKey(path);

    public void Apply(in NameChange change)
    {
        if (change.Removed is not null)
        {
            _entries.Remove(change.Removed);
        }

        if (change.Added is not null)
        {
            RemoveOtherNames(change.Node);
            _entries[change.Added] = change.Node;
        }
    }

    public FaultyNames Copy()
    {
        var copy = new FaultyNames();
        foreach ((string path, FaultyNode? node) in _entries)
        {
            copy._entries[path] = node;
        }

        return copy;
    }

    /// <summary>Drops what lies in directories that are not there: a synced file in an unsynced directory is gone.</summary>
    public void DropUnreachable()
    {
        string[] lost = [.. _entries.Keys.Where(path =>
            path.Length > 0 && !RelativePath.WithParents(RelativePath.Parent(path)).All(IsDirectory))];
        foreach (string path in lost)
        {
            _entries.Remove(path);
        }
    }

    // When only some of several renames survive, the file must not appear under two names.
    private void RemoveOtherNames(FaultyNode? node)
    {
        if (node is not null)
        {
            foreach (string path in _entries.Where(entry => entry.Value == node).Select(entry => entry.Key).ToArray())
            {
                _entries.Remove(path);
            }
        }
    }
}

/// <summary>One change of names that happens wholly or not at all; a rename removes and adds.</summary>
internal readonly record struct NameChange(string? Removed, string? Added, FaultyNode? Node)
{
    public bool Touches(ICollection<string> directories) =>
        Directories.Any(directories.Contains);

    public IEnumerable<string> Directories =>
        new[] { Removed, Added }.OfType<string>().Select(RelativePath.Parent);
}
