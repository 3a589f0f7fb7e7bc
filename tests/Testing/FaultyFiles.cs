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
    private readonly FaultyDisk _disk;
    private readonly HashSet<string> _locks = [];

    public FaultyFiles()
        : this(new FaultyNames())
    {
    }

    private FaultyFiles(FaultyNames names) => _disk = new FaultyDisk(names);

    /// <summary>What was called so far.</summary>
    public IReadOnlyList<FileOperation> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _disk.Operations];
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
                return _disk.Off;
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
            _disk.Failure = (number, tear);
        }
    }

    /// <summary>
    /// Bytes that all files together may have, reserved space included; may be changed at any time. What would need more
    /// raises <see cref="DiskFullException"/>; writing over bytes that a file has needs none.
    /// </summary>
    public long Capacity
    {
        get
        {
            lock (_gate)
            {
                return _disk.Capacity;
            }
        }

        set
        {
            lock (_gate)
            {
                _disk.Capacity = value;
            }
        }
    }

    /// <summary>
    /// Lets every operation from one on that may need space find none, until <see cref="GiveSpace"/>. As harsh as file
    /// systems that copy on write: reserved bytes do not help. The tear says how much of a write is done all the same.
    /// </summary>
    public void FullFrom(int number, Tear tear = default)
    {
        lock (_gate)
        {
            _disk.Full = (number, tear);
        }
    }

    /// <summary>Whether the operation given to <see cref="FullFrom"/> was reached, and space not given since.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _disk.Operations.Count > _disk.Full.Number;
            }
        }
    }

    /// <summary>Ends what <see cref="FullFrom"/> began.</summary>
    public void GiveSpace() => FullFrom(int.MaxValue);

    /// <summary>Cuts the power during one operation: it and every later call raise <see cref="PowerLostException"/>.</summary>
    public void CrashAt(int number, Tear tear = default)
    {
        lock (_gate)
        {
            _disk.Crash = (number, tear);
        }
    }

    /// <summary>The disk as found after the crash, with the tear given to <see cref="CrashAt"/>.</summary>
    public FaultyFiles AfterCrash()
    {
        lock (_gate)
        {
            return AfterCrash(_disk.Crash.Tear);
        }
    }

    /// <summary>The disk as found when the power comes back, torn in one of many ways. Power that is still on is cut now.</summary>
    public FaultyFiles AfterCrash(Tear tear)
    {
        lock (_gate)
        {
            return new FaultyFiles(_disk.Image(tear));
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
            if (_disk.Visible.Contains(path))
            {
                throw new IOException($"'{path}' already exists.");
            }

            var node = new FaultyNode(new PagedBytes());
            _disk.Do(FileOperationKind.Create, path, (0, reserveBytes), tear =>
            {
                _disk.Change(new NameChange(null, path, node), tear);
                if (reserveBytes > 0)
                {
                    _disk.Write(new UnsyncedWrite(node, reserveBytes, null), tear);
                }
            }, reserveBytes);
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
            return _disk.Visible.Find(path) is not null;
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
                .. _disk.Visible.Entries.Select(entry => entry.Key)
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
            string[] missing = [.. RelativePath.WithParents(directory).Where(path => !_disk.Visible.IsDirectory(path))];
            if (Array.Find(missing, _disk.Visible.Contains) is string file)
            {
                throw new IOException($"'{file}' is a file.");
            }

            _disk.Do(FileOperationKind.CreateDirectory, directory, (0, 0), tear =>
            {
                foreach (string path in missing)
                {
                    _disk.Change(new NameChange(null, path, null), tear);
                }
            }, missing.Length == 0 ? -1 : 0);
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
            if (_disk.Visible.IsDirectory(target))
            {
                throw new IOException($"'{target}' is a directory.");
            }

            _disk.Do(
                FileOperationKind.Rename, target, (0, 0), tear => _disk.Change(new NameChange(source, target, node), tear), 0);
        }
    }

    public void Delete(string path)
    {
        RelativePath.CheckFile(path);
        lock (_gate)
        {
            CheckPower();
            if (_disk.Visible.IsDirectory(path))
            {
                throw new IOException($"'{path}' is a directory.");
            }

            _disk.Do(FileOperationKind.Delete, path, (0, 0), tear =>
            {
                if (_disk.Visible.Contains(path))
                {
                    _disk.Change(new NameChange(path, null, null), tear);
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
            if (!_disk.Visible.IsDirectory(directory))
            {
                throw new DirectoryNotFoundException($"There is no directory '{directory}'.");
            }

            _disk.Do(FileOperationKind.SyncDirectory, directory, (0, 0), tear => _disk.Sync(directory, tear));
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
            if (!_disk.Visible.Contains(path))
            {
                _disk.Change(new NameChange(null, path, new FaultyNode(new PagedBytes())), Tear.All);
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
            _disk.Do(
                FileOperationKind.Write, path, (offset, bytes.Length),
                tear => _disk.Write(new UnsyncedWrite(node, offset, bytes), tear),
                Math.Max(0, offset + bytes.Length - node.Visible.Length));
        }
    }

    internal void SetLength(FaultyNode node, string path, long length)
    {
        lock (_gate)
        {
            CheckPower();
            _disk.Do(
                FileOperationKind.SetLength, path, (length, 0),
                tear => _disk.Write(new UnsyncedWrite(node, length, null), tear),
                length > node.Visible.Length ? length - node.Visible.Length : -1);
        }
    }

    internal void Flush(FaultyNode node, string path)
    {
        lock (_gate)
        {
            CheckPower();
            _disk.Do(FileOperationKind.Flush, path, (0, 0), tear => _disk.Flush(node, tear));
        }
    }

    private FaultyNode Find(string path) =>
        _disk.Visible.Find(path) ?? throw new FileNotFoundException($"There is no file '{path}'.", path);

    private void CheckParent(string path)
    {
        if (!_disk.Visible.IsDirectory(RelativePath.Parent(path)))
        {
            throw new DirectoryNotFoundException($"There is no directory '{RelativePath.Parent(path)}'.");
        }
    }

    private void CheckPower()
    {
        if (_disk.Off)
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
