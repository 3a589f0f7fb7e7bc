namespace Thermocline.Store.Files;

/// <summary>
/// The one seam between the engine and whatever keeps bytes. Paths are relative, use <c>/</c>, and are made by the
/// engine alone: no caller's key or name is ever part of one.
/// Implementations raise <see cref="IOException"/> when the world fails; the engine turns that into a
/// <see cref="StoreException"/> and latches. A call that finds no space raises <see cref="DiskFullException"/>, and has done
/// nothing: no file, directory or name was made. Then the engine goes on once there is space.
/// </summary>
public interface IFiles
{
    /// <summary>Creates a file that must not exist, reserving <paramref name="reserveBytes"/> of space that read as zero.</summary>
    IFile Create(string path, long reserveBytes);

    /// <summary>Opens an existing file for reading and writing.</summary>
    IFile Open(string path);

    /// <summary>Whether a file of this path exists.</summary>
    bool Exists(string path);

    /// <summary>Names of the files and directories directly inside a directory; empty when it does not exist.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and its parents; no error when it exists.</summary>
    void CreateDirectory(string directory);

    /// <summary>Renames a file, replacing the target in one step.</summary>
    void Rename(string source, string target);

    /// <summary>Deletes a file; no error when it does not exist.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renames and deletions inside the directory durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>Takes the exclusive lock of this folder; disposing gives it back.</summary>
    /// <exception cref="StoreException">With <see cref="StoreFault.Locked"/> when somebody else holds it.</exception>
    IDisposable Lock(string path);
}
