using System.Text.Json;
using Thermocline.Memory.Portable;

namespace Thermocline.Sidecar.Export;

/// <summary>
/// A file that gets its name only when it is complete: until then it is <c>FILE.partial</c>, beside the state
/// <c>FILE.resume</c>. The state never says more than is on the disk.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int StateBytesMax = 64 << 10;

    private readonly string _path;
    private readonly FileStream _stream;

    private PartialFile(string path, FileStream stream, long bytes, uint checksum)
    {
        _path = path;
        _stream = stream;
        Bytes = bytes;
        Checksum = checksum;
    }

    /// <summary>Bytes written, those of earlier runs included.</summary>
    public long Bytes { get; private set; }

    /// <summary>CRC-32 of those bytes.</summary>
    public uint Checksum { get; private set; }

    /// <summary>The state an earlier run left, or null.</summary>
    /// <exception cref="ExportException">There is one that cannot be read.</exception>
    public static ExportState? ReadState(string path)
    {
        string file = StatePath(path);
        if (!File.Exists(file))
            return null;
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (stream.Length > StateBytesMax)
                throw new JsonException("It is too long.");
            return JsonSerializer.Deserialize(stream, ExportStateJson.Default.ExportState) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException failure)
        {
            throw new ExportException($"{file} cannot be read: {failure.Message} Export again without --resume.", failure);
        }
    }

    /// <summary>Begins a file; what an earlier run left of it is gone.</summary>
    public static PartialFile Begin(string path)
    {
        File.Delete(StatePath(path));
        // Made anew: a file that is there already would keep the rights it has.
        File.Delete(PartialPath(path));
        return new PartialFile(path, Open(PartialPath(path), FileMode.CreateNew), 0, 0);
    }

    /// <summary>Goes on with a file, after reading again every byte that its state vouches for.</summary>
    /// <exception cref="ExportException">The bytes are not those the state speaks of.</exception>
    public static PartialFile Resume(string path, ExportState state)
    {
        FileStream stream = Open(PartialPath(path), FileMode.OpenOrCreate);
        try
        {
            if (stream.Length < state.Bytes || ChecksumOf(stream, state.Bytes) != state.Checksum)
                throw new ExportException($"{PartialPath(path)} is not what was written there. Export again without --resume.");
            stream.SetLength(state.Bytes);
            return new PartialFile(path, stream, state.Bytes, state.Checksum);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        Bytes += bytes.Length;
        Checksum = Crc32.Append(Checksum, bytes.Span);
    }

    /// <summary>Brings the bytes to the disk, and then the state that speaks of them.</summary>
    public void Save(ExportState state)
    {
        _stream.Flush(flushToDisk: true);
        string aside = StatePath(_path) + ".new";
        using (FileStream stream = Open(aside, FileMode.Create))
        {
            JsonSerializer.Serialize(stream, state with { Bytes = Bytes, Checksum = Checksum }, ExportStateJson.Default.ExportState);
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, StatePath(_path), overwrite: true);
    }

    /// <summary>Gives the file its name.</summary>
    public void Complete()
    {
        _stream.Flush(flushToDisk: true);
        File.Move(PartialPath(_path), _path, overwrite: true);
        File.Delete(StatePath(_path));
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>An export holds everything the store does, and is its owner's alone as the store's own files are.</summary>
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static string PartialPath(string path) => path + ".partial";

    private static string StatePath(string path) => path + ".resume";

    private static uint ChecksumOf(FileStream stream, long bytes)
    {
        var buffer = new byte[128 << 10];
        uint checksum = 0;
        for (long left = bytes; left > 0;)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
                break;
            checksum = Crc32.Append(checksum, buffer.AsSpan(0, read));
            left -= read;
        }

        return checksum;
    }
}
