using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Files;

/// <summary>The implementations every conformance test runs on.</summary>
public enum FilesKind
{
    Disk,
    Memory,
    Faulty,
}

/// <summary>One of the implementations, empty, and what it needs for cleaning up.</summary>
internal sealed class FilesUnderTest : IDisposable
{
    private readonly TempFolder _folder = new();

    public FilesUnderTest(FilesKind kind) => Files = kind switch
    {
        FilesKind.Disk => new DiskFiles(_folder.Combine("store")),
        FilesKind.Memory => new MemoryFiles(),
        FilesKind.Faulty => new FaultyFiles(),
    };

    public IFiles Files { get; }

    public byte[] ReadAll(string path)
    {
        using IFile file = Files.Open(path);
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    public void WriteAll(string path, params byte[] bytes)
    {
        using IFile file = Files.Create(path, 0);
        file.Write(bytes, 0);
        file.Flush();
    }

    public void Dispose() => _folder.Dispose();
}
