namespace Thermocline.Store.Files;

/// <summary>Files in RAM with the behaviour of a local file system: for stores that need not outlive their process.</summary>
public sealed class MemoryFiles : IFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemoryFile.Node> _files = [];
    private readonly HashSet<string> _directories = [RelativePath.Root];
    private readonly HashSet<string> _locks = [];

    /// <inheritdoc/>
    public IFile Create(string path, long reserveBytes)
    {
        RelativePath.CheckFile(path);
        ArgumentOutOfRangeException.ThrowIfNegative(reserveBytes);
        lock (_gate)
        {
            CheckParent(path);
            var node = new MemoryFile.Node();
            node.Content.SetLength(reserveBytes);
            if (_directories.Contains(path) || !_files.TryAdd(path, node))
            {
                throw new IOException($"'{path}' already exists.");
            }

            return new MemoryFile(node);
        }
    }

    /// <inheritdoc/>
    public IFile Open(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            return new MemoryFile(Find(path));
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            return
            [
                .. _files.Keys.Concat(_directories)
                    .Where(path => path.Length > 0 && RelativePath.Parent(path) == directory)
                    .Select(RelativePath.Name)
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            foreach (string path in RelativePath.WithParents(directory))
            {
                if (_files.ContainsKey(path))
                {
                    throw new IOException($"'{path}' is a file.");
                }

                _directories.Add(path);
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string source, string target)
    {
        RelativePath.CheckFile(source);
        RelativePath.CheckFile(target);
        lock (_gate)
        {
            MemoryFile.Node node = Find(source);
            CheckParent(target);
            if (_directories.Contains(target))
            {
                throw new IOException($"'{target}' is a directory.");
            }

            _files.Remove(source);
            _files[target] = node;
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            if (_directories.Contains(path))
            {
                throw new IOException($"'{path}' is a directory.");
            }

            _files.Remove(path);
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            if (!_directories.Contains(directory))
            {
                throw new DirectoryNotFoundException($"There is no directory '{directory}'.");
            }
        }
    }

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckParent(path);
            if (!_locks.Add(path))
            {
                throw new StoreException(
                    StoreFault.Locked, "These files in memory are in use by another store. Dispose that store first.", path);
            }

            // On a disk the lock is a file that stays; here too, so that a listing looks the same.
            _files.TryAdd(path, new MemoryFile.Node());
            return new Hold(this, path);
        }
    }

    private MemoryFile.Node Find(string path) =>
        _files.TryGetValue(path, out MemoryFile.Node? node)
            ? node
            : throw new FileNotFoundException($"There is no file '{path}'.", path);

    private void CheckParent(string path)
    {
        if (!_directories.Contains(RelativePath.Parent(path)))
        {
            throw new DirectoryNotFoundException($"There is no directory '{RelativePath.Parent(path)}'.");
        }
    }

    private void Release(string path)
    {
        lock (_gate)
        {
            _locks.Remove(path);
        }
    }

    private sealed class Hold(MemoryFiles owner, string path) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            // A second Dispose must not free what somebody else has locked meanwhile.
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                owner.Release(path);
            }
        }
    }
}
