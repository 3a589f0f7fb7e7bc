using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold;

/// <summary>
/// A folder as cold store: on another disk or a network file system, or beside the data for trying things out. Objects are files
/// of the same names. Several processes may use one folder: conditions are judged under an advisory lock.
/// </summary>
public sealed class FolderColdStore : IColdStore
{
    // The tilde is in no object's name.
    private const string LockPath = "~lock";
    private const string UnfinishedPath = "~unfinished";
    private const int CopyBytes = 1 << 20;

    private readonly FolderSeam _seam;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Uses a folder, creating it for its owner alone when it does not exist.</summary>
    /// <exception cref="StoreException">The folder cannot be created.</exception>
    public FolderColdStore(string folder, TimeProvider time)
        : this(folder, FolderSeam.Open(folder), time)
    {
    }

    internal FolderColdStore(string name, FolderSeam seam, TimeProvider time)
    {
        Name = name;
        _seam = seam;
        _time = time;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation) => ColdProbe.RunAsync(this, cancellation);

    /// <inheritdoc/>
    public ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation) =>
        WriteAsync(name, condition, (target, _) =>
        {
            target.Write(content.Span, 0);
            return Tag(SHA256.HashData(content.Span));
        }, cancellation);

    /// <inheritdoc/>
    public ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        return WriteAsync(name, condition, (target, stop) => Copy(file, target, stop), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation) => Found(
        name,
        file => new ColdHead(file.Length, Copy(file, null, cancellation), _seam.LastWritten(name)) as ColdHead?,
        cancellation);

    /// <inheritdoc/>
    public ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation) =>
        Found(name, file =>
        {
            if (file.Length > bytesMax)
                throw ColdFailure.TooLong(name, file.Length, bytesMax);
            byte[] content = new byte[file.Length];
            ReadWhole(name, file, content, 0);
            return new ColdObject(content, Tag(SHA256.HashData(content)));
        }, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Found(name, file =>
        {
            ReadWhole(name, file, destination.Span, offset);
            return true;
        }, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColdEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ColdName.CheckPrefix(prefix);
        foreach (string name in await InFolderAsync("list", () => NamesBelow(prefix), cancellation))
        {
            // A file that was deleted since the directory was read is in no listing.
            ColdEntry? entry = await Found(
                name, file => new ColdEntry(name, file.Length, _seam.LastWritten(name)) as ColdEntry?, cancellation);
            if (entry is { } present)
                yield return present;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
            ColdName.Check(name);
        using IDisposable hold = await HoldAsync(cancellation);
        await InFolderAsync("delete", () =>
        {
            foreach (string name in names)
                _seam.Files.Delete(name);
            foreach (string directory in names.Select(RelativePath.Parent).Distinct())
                Prune(directory);
            return true;
        }, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation) =>
        InFolderAsync("discard unfinished files", () =>
        {
            string[] old =
            [
                .. _seam.Files.List(UnfinishedPath).Select(file => $"{UnfinishedPath}/{file}")
                    .Where(path => _seam.Files.Exists(path) && _seam.LastWritten(path) < begunBefore),
            ];
            foreach (string path in old)
                _seam.Files.Delete(path);
            return old.Length;
        }, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static string Tag(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..16]);

    private static void ReadWhole(string name, IFile file, Span<byte> destination, long offset)
    {
        int read = file.Read(destination, offset);
        if (read != destination.Length)
            throw ColdFailure.TooShort(name, file.Length, offset + destination.Length);
    }

    private static string Copy(IFile source, IFile? target, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Math.Min(CopyBytes, Math.Max(source.Length, 1))];
        for (long offset = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> piece = buffer.AsSpan(0, source.Read(buffer, offset));
            if (piece.IsEmpty)
                return Tag(hash.GetHashAndReset());
            hash.AppendData(piece);
            target?.Write(piece, offset);
            offset += piece.Length;
        }
    }

    // The file is whole and durable before it gets its name, and its name is durable before anybody is told.
    private async ValueTask<ColdPut> WriteAsync(
        string name, ColdCondition condition, Func<IFile, CancellationToken, string> fill, CancellationToken cancellation)
    {
        ColdName.Check(name);
        string unfinished = $"{UnfinishedPath}/{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        try
        {
            string tag = await InFolderAsync($"write {name}", () =>
            {
                _seam.Files.CreateDirectory(UnfinishedPath);
                using IFile file = _seam.Files.Create(unfinished, 0);
                string written = fill(file, cancellation);
                file.Flush();
                return written;
            }, cancellation);
            using IDisposable hold = await HoldAsync(cancellation);
            return await InFolderAsync($"write {name}", () => Publish(unfinished, name, condition, tag), cancellation);
        }
        finally
        {
            Forget(unfinished);
        }
    }

    private void Forget(string unfinished)
    {
        try
        {
            _seam.Files.Delete(unfinished);
        }
        catch (IOException)
        {
            // Whatever made this fail is told by the write itself; what stays is discarded as unfinished some day.
        }
    }

    private ColdPut Publish(string unfinished, string name, ColdCondition condition, string tag)
    {
        if (!Holds(name, condition))
            return ColdPut.ConditionFailed;
        string directory = RelativePath.Parent(name);
        if (directory.Length > 0)
            _seam.Files.CreateDirectory(directory);
        _seam.Files.Rename(unfinished, name);
        _seam.Files.SyncDirectory(directory);

        // Another process may have removed a directory that was empty just before: all names up to the folder are synced.
        foreach (string above in RelativePath.WithParents(directory))
            _seam.Files.SyncDirectory(RelativePath.Parent(above));
        return ColdPut.Done(tag);
    }

    private bool Holds(string name, ColdCondition condition)
    {
        if (condition.IsNone || condition.IsAbsent)
            return condition.IsNone || !_seam.Files.Exists(name);
        if (!_seam.Files.Exists(name))
            return false;
        using IFile file = _seam.Files.Open(name);
        return Copy(file, null, CancellationToken.None) == condition.Version;
    }

    // Deletions are not synced: a file that a power loss brings back is unreferenced, and is found so again.
    private void Prune(string directory)
    {
        for (; directory.Length > 0; directory = RelativePath.Parent(directory))
            _seam.DeleteEmptyDirectory(directory);
    }

    private List<string> NamesBelow(string prefix)
    {
        var names = new List<string>();
        var directories = new Stack<string>([RelativePath.Parent(prefix)]);
        while (directories.TryPop(out string? directory))
        {
            foreach (string entry in _seam.Files.List(directory))
            {
                string path = directory.Length == 0 ? entry : $"{directory}/{entry}";
                if (!ColdName.IsValid(path) || !Overlaps(path, prefix))
                    continue;
                if (_seam.Files.Exists(path))
                    names.Add(path);
                else
                    directories.Push(path);
            }
        }

        names.RemoveAll(name => !name.StartsWith(prefix, StringComparison.Ordinal));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static bool Overlaps(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(path, StringComparison.Ordinal);

    private async ValueTask<IDisposable> HoldAsync(CancellationToken cancellation) =>
        await FolderTurn.TakeAsync(_turn, () => _seam.Files.Lock(LockPath), _time, cancellation);

    private ValueTask<T?> Found<T>(string name, Func<IFile, T?> work, CancellationToken cancellation)
    {
        ColdName.Check(name);
        return InFolderAsync($"read {name}", () =>
        {
            try
            {
                using IFile file = _seam.Files.Open(name);
                return work(file);
            }
            catch (IOException absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
            {
                return default;
            }
        }, cancellation);
    }

    private static ValueTask<T> InFolderAsync<T>(string tried, Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return new ValueTask<T>(work());
        }
        catch (IOException failure)
        {
            throw FolderSeam.Failure(tried, failure);
        }
    }
}
