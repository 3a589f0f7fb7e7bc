using Microsoft.Win32.SafeHandles;

namespace Thermocline.Store.Files;

/// <summary>
/// A folder of a local file system. The folder and its directories are readable by their owner alone (0700), files
/// too (0600). Every refusal of the operating system is raised as <see cref="IOException"/>.
/// </summary>
public sealed class DiskFiles : IFiles
{
    private readonly string _root;

    /// <summary>Uses a folder, creating it when it does not exist.</summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public DiskFiles(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Refusals(_root, CreateRoot);
    }

    /// <inheritdoc/>
    public IFile Create(string path, long reserveBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reserveBytes);
        return Refusals(FullFile(path), full =>
        {
            SafeFileHandle handle = File.OpenHandle(
                full, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                OwnerOnly.Restrict(handle);

                // Reserving takes the blocks (where the file system can) and leaves the length alone; the length makes them
                // read as zero.
                if (reserveBytes > 0)
                    Posix.Reserve(handle, reserveBytes, full);
                RandomAccess.SetLength(handle, reserveBytes);
                return new DiskFile(handle);
            }
            catch
            {
                handle.Dispose();
                File.Delete(full);
                throw;
            }
        });
    }

    /// <inheritdoc/>
    public IFile Open(string path) => Refusals(FullFile(path), full => new DiskFile(File.OpenHandle(
        full, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)));

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(FullFile(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Refusals(FullDirectory(directory), full =>
    {
        if (!Directory.Exists(full))
        {
            return [];
        }

        string[] names = [.. Directory.EnumerateFileSystemEntries(full).Select(entry => Path.GetFileName(entry))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    });

    /// <inheritdoc/>
    public void CreateDirectory(string directory) => Refusals(FullDirectory(directory), full =>
    {
        OwnerOnly.CreateDirectory(full);
        return true;
    });

    /// <inheritdoc/>
    public void Rename(string source, string target)
    {
        string fullTarget = FullFile(target);
        Refusals(FullFile(source), fullSource =>
        {
            File.Move(fullSource, fullTarget, overwrite: true);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Delete(string path) => Refusals(FullFile(path), full =>
    {
        if (Directory.Exists(Path.GetDirectoryName(full)))
        {
            File.Delete(full);
        }

        return true;
    });

    /// <inheritdoc/>
    public void SyncDirectory(string directory) => Posix.SyncDirectory(FullDirectory(directory));

    /// <summary>When a file was last written, by the clock of the file system.</summary>
    /// <exception cref="IOException">There is no such file, or access was refused.</exception>
    public DateTimeOffset LastWritten(string path) => Refusals(FullFile(path), full =>
        File.Exists(full)
            ? new DateTimeOffset(File.GetLastWriteTimeUtc(full), TimeSpan.Zero)
            : throw new FileNotFoundException($"There is no file '{path}'.", path));

    /// <summary>Deletes a directory when nothing is in it; no error when something is, or when it does not exist.</summary>
    /// <exception cref="IOException">Access was refused.</exception>
    public void DeleteEmptyDirectory(string directory) => Refusals(FullDirectory(directory), full =>
    {
        if (Directory.Exists(full) && !Directory.EnumerateFileSystemEntries(full).Any())
            Directory.Delete(full);
        return true;
    });

    /// <inheritdoc/>
    public IDisposable Lock(string path) => Refusals(FullFile(path), full => DiskLock.Take(_root, path, full));

    private static bool CreateRoot(string root)
    {
        if (Directory.Exists(root))
        {
            return false;
        }

        // The name of a new folder is durable once its parent is synced; the parents may be new as well.
        string parent = Path.GetDirectoryName(root) ?? root;
        CreateRoot(parent);
        OwnerOnly.CreateDirectory(root);
        Posix.SyncDirectory(parent);
        return true;
    }

    // .NET reports some refusals with a type outside IOException; the seam promises one type.
    private static T Refusals<T>(string fullPath, Func<string, T> work)
    {
        try
        {
            return work(fullPath);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException($"Access to '{fullPath}' was refused: {refused.Message}", refused);
        }
        catch (Exception failure) when (failure is not DiskFullException && OutOfSpace.Is(failure))
        {
            throw new DiskFullException(failure.Message, failure);
        }
    }

    private string FullFile(string path)
    {
        RelativePath.CheckFile(path);
        return Path.Join(_root, path);
    }

    private string FullDirectory(string path)
    {
        RelativePath.CheckDirectory(path);
        return path.Length == 0 ? _root : Path.Join(_root, path);
    }
}
