using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>
/// A disk in RAM that can fail and lose power, as harshly as POSIX allows: bytes are durable after a flush of their
/// file, names after a sync of their directory (a flush does not make a name durable, nor a sync any bytes or length),
/// a rename happens wholly or not at all, and unsynced changes survive in any selection.
/// Every call that changes something or makes it durable is numbered from 0 and recorded, so that a test can run a
/// scenario once, and then once for each number with <see cref="FailAt"/> or <see cref="CrashAt"/>.
/// </summary>
public sealed class FaultyFiles : IFiles
{
    private readonly Lock _gate = new();
    private readonly FaultyNames _visible;
    private readonly FaultyNames _durable;
    private readonly List<UnsyncedWrite> _writes = [];
    private readonly List<NameChange> _changes = [];
    private readonly List<FileOperation> _operations = [];
    private readonly HashSet<string> _locks = [];
    private (int Number, Tear Tear) _failure = (-1, Tear.None);
    private (int Number, Tear Tear) _crash = (-1, Tear.None);
    private bool _off;

    public FaultyFiles()
        : this(new FaultyNames())
    {
    }

    private FaultyFiles(FaultyNames names)
    {
        _visible = names.Copy();
        _durable = names;
    }

    /// <summary>What was called so far.</summary>
    public IReadOnlyList<FileOperation> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _operations];
            }
        }
    }

    /// <summary>Whether the power is off.</summary>
    public bool Crashed
    {
        get
        {
            lock (_gate)
            {
                return _off;
            }
        }
    }

    /// <summary>
    /// Lets one operation raise <see cref="IOException"/>; later ones work again. The tear says how much of it happened
    /// all the same: of a write its bytes; of a flush or a sync what became durable, the rest never will be (a kernel
    /// that failed to write a page forgets that it was dirty) although readers still see it.
    /// </summary>
    public void FailAt(int number, Tear tear = default)
    {
        lock (_gate)
        {
            _failure = (number, tear);
        }
    }

    /// <summary>Cuts the power during one operation: it and every later call raise <see cref="PowerLostException"/>.</summary>
    public void CrashAt(int number, Tear tear = default)
    {
        lock (_gate)
        {
            _crash = (number, tear);
        }
    }

    /// <summary>The disk as found after the crash, with the tear given to <see cref="CrashAt"/>.</summary>
    public FaultyFiles AfterCrash()
    {
        lock (_gate)
        {
            return AfterCrash(_crash.Tear);
        }
    }

    /// <summary>
    /// The disk as found when the power comes back; one crash can be torn in many ways. When the power is still on it
    /// is cut now, between two operations.
    /// </summary>
    public FaultyFiles AfterCrash(Tear tear)
    {
        lock (_gate)
        {
            _off = true;
            FaultyNames names = _durable.Copy();
            foreach (NameChange change in Survivors.Of(_changes, tear))
            {
                names.Apply(change);
            }

            names.DropUnreachable();
            return new FaultyFiles(WithSurvivingBytes(names, tear));
        }
    }

    public IFile Create(string path, long reserveBytes)
    {
        RelativePath.CheckFile(path);
        ArgumentOutOfRangeException.ThrowIfNegative(reserveBytes);
        lock (_gate)
        {
            CheckPower();
            CheckParent(path);
            if (_visible.Contains(path))
            {
                throw new IOException($"'{path}' already exists.");
            }

            var node = new FaultyNode(new PagedBytes());
            Do(new FileOperation(_operations.Count, FileOperationKind.Create, path, 0, reserveBytes), tear =>
            {
                Change(new NameChange(null, path, node), tear);
                if (reserveBytes > 0)
                {
                    Write([new UnsyncedWrite(node, reserveBytes, null)], tear);
                }
            });
            return new FaultyFile(this, node, path);
        }
    }

    public IFile Open(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckPower();
            return new FaultyFile(this, Find(path), path);
        }
    }

    public bool Exists(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckPower();
            return _visible.Find(path) is not null;
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            CheckPower();
            return
            [
                .. _visible.Entries.Select(entry => entry.Key)
                    .Where(path => path.Length > 0 && RelativePath.Parent(path) == directory)
                    .Select(RelativePath.Name)
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    public void CreateDirectory(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            CheckPower();
            string[] missing = [.. RelativePath.WithParents(directory).Where(path => !_visible.IsDirectory(path))];
            if (Array.Find(missing, _visible.Contains) is string file)
            {
                throw new IOException($"'{file}' is a file.");
            }

            Do(new FileOperation(_operations.Count, FileOperationKind.CreateDirectory, directory), tear =>
            {
                foreach (string path in missing)
                {
                    Change(new NameChange(null, path, null), tear);
                }
            });
        }
    }

    public void Rename(string source, string target)
    {
        RelativePath.CheckFile(source);
        RelativePath.CheckFile(target);
        lock (_gate)
        {
            CheckPower();
            FaultyNode node = Find(source);
            CheckParent(target);
            if (_visible.IsDirectory(target))
            {
                throw new IOException($"'{target}' is a directory.");
            }

            Do(
                new FileOperation(_operations.Count, FileOperationKind.Rename, target),
                tear => Change(new NameChange(source, target, node), tear));
        }
    }

    public void Delete(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckPower();
            if (_visible.IsDirectory(path))
            {
                throw new IOException($"'{path}' is a directory.");
            }

            Do(new FileOperation(_operations.Count, FileOperationKind.Delete, path), tear =>
            {
                if (_visible.Contains(path))
                {
                    Change(new NameChange(path, null, null), tear);
                }
            });
        }
    }

    public void SyncDirectory(string directory)
    {
        RelativePath.CheckDirectory(directory);
        lock (_gate)
        {
            CheckPower();
            if (!_visible.IsDirectory(directory))
            {
                throw new DirectoryNotFoundException($"There is no directory '{directory}'.");
            }

            Do(new FileOperation(_operations.Count, FileOperationKind.SyncDirectory, directory), tear =>
            {
                foreach (NameChange change in Survivors.Of(TakeChanges(directory), tear))
                {
                    _durable.Apply(change);
                }
            });
        }
    }

    public IDisposable Lock(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckPower();
            CheckParent(path);
            if (!_locks.Add(path))
            {
                throw new StoreException(
                    StoreFault.Locked, "The modelled disk is in use by another store. Dispose that store first.", path);
            }

            // On a disk the lock is a file that stays; it carries nothing, so its creation is not an operation.
            if (!_visible.Contains(path))
            {
                Change(new NameChange(null, path, new FaultyNode(new PagedBytes())), Tear.All);
            }

            return new Hold(this, path);
        }
    }

    internal long ReadLength(FaultyNode node)
    {
        lock (_gate)
        {
            CheckPower();
            return node.Visible.Length;
        }
    }

    internal int Read(FaultyNode node, Span<byte> destination, long offset)
    {
        lock (_gate)
        {
            CheckPower();
            return node.Visible.Read(destination, offset);
        }
    }

    internal void Write(FaultyNode node, string path, byte[] bytes, long offset)
    {
        lock (_gate)
        {
            CheckPower();
            Do(
                new FileOperation(_operations.Count, FileOperationKind.Write, path, offset, bytes.Length),
                tear => Write([new UnsyncedWrite(node, offset, bytes)], tear));
        }
    }

    internal void SetLength(FaultyNode node, string path, long length)
    {
        lock (_gate)
        {
            CheckPower();
            Do(
                new FileOperation(_operations.Count, FileOperationKind.SetLength, path, length),
                tear => Write([new UnsyncedWrite(node, length, null)], tear));
        }
    }

    internal void Flush(FaultyNode node, string path)
    {
        lock (_gate)
        {
            CheckPower();
            Do(new FileOperation(_operations.Count, FileOperationKind.Flush, path), tear =>
            {
                UnsyncedWrite[] pending = [.. _writes.Where(write => write.Node == node)];
                _writes.RemoveAll(write => write.Node == node);
                foreach (UnsyncedWrite write in Survivors.Of(pending, tear))
                {
                    write.ApplyTo(node.Durable);
                }
            });
        }
    }

    private static FaultyNames WithNewNodes(FaultyNames names, Dictionary<FaultyNode, PagedBytes> contents)
    {
        var image = new FaultyNames();
        foreach ((string path, FaultyNode? node) in names.Entries)
        {
            image.Apply(new NameChange(null, path, node is null ? null : new FaultyNode(contents[node])));
        }

        return image;
    }

    private FaultyNames WithSurvivingBytes(FaultyNames names, Tear tear)
    {
        Dictionary<FaultyNode, PagedBytes> contents = [];
        foreach (FaultyNode node in names.Entries.Select(entry => entry.Value).OfType<FaultyNode>())
        {
            contents.Add(node, node.Durable.Copy());
        }

        foreach (UnsyncedWrite write in Survivors.Of(_writes, tear))
        {
            if (contents.TryGetValue(write.Node, out PagedBytes? content))
            {
                write.ApplyTo(content);
            }
        }

        return WithNewNodes(names, contents);
    }

    private void Do(in FileOperation operation, Action<Tear> effect)
    {
        _operations.Add(operation);
        if (operation.Number == _crash.Number)
        {
            // What the interrupted call would have changed is unsynced like all else: the tear decides about it. A
            // flush or sync that did not end has made nothing durable for certain.
            if (operation.Kind is not (FileOperationKind.Flush or FileOperationKind.SyncDirectory))
            {
                effect(Tear.All);
            }

            _off = true;
            throw new PowerLostException($"The power was cut at operation {operation.Number}, {operation.Kind} of '{operation.Path}'.");
        }

        if (operation.Number == _failure.Number)
        {
            effect(_failure.Tear);
            throw new IOException($"Operation {operation.Number}, {operation.Kind} of '{operation.Path}', was made to fail.");
        }

        effect(Tear.All);
    }

    private void Write(UnsyncedWrite[] write, Tear tear)
    {
        foreach (UnsyncedWrite piece in Survivors.Of(write, tear))
        {
            piece.ApplyTo(piece.Node.Visible);
            if (piece.Units > 0)
            {
                _writes.Add(piece);
            }
        }
    }

    private void Change(NameChange change, Tear tear)
    {
        foreach (NameChange done in Survivors.Of([change], tear))
        {
            _visible.Apply(done);
            _changes.Add(done);
        }
    }

    // A rename between two directories is one change: syncing either makes it durable, and with it everything that
    // happened before it in the other directory, or an old change could overtake a newer one.
    private List<NameChange> TakeChanges(string directory)
    {
        HashSet<string> directories = [directory];
        List<NameChange> taken = [];
        for (int i = _changes.Count - 1; i >= 0; i--)
        {
            if (_changes[i].Touches(directories))
            {
                directories.UnionWith(_changes[i].Directories);
                taken.Insert(0, _changes[i]);
                _changes.RemoveAt(i);
            }
        }

        return taken;
    }

    private FaultyNode Find(string path) =>
        _visible.Find(path) ?? throw new FileNotFoundException($"There is no file '{path}'.", path);

    private void CheckParent(string path)
    {
        if (!_visible.IsDirectory(RelativePath.Parent(path)))
        {
            throw new DirectoryNotFoundException($"There is no directory '{RelativePath.Parent(path)}'.");
        }
    }

    private void CheckPower()
    {
        if (_off)
        {
            throw new PowerLostException();
        }
    }

    private void Release(string path)
    {
        lock (_gate)
        {
            _locks.Remove(path);
        }
    }

    private sealed class Hold(FaultyFiles owner, string path) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                owner.Release(path);
            }
        }
    }
}
