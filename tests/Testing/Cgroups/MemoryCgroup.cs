using System.Globalization;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Cgroups;

/// <summary>
/// A memory cgroup of a test's own: a real limit, enforced by the kernel, for the processes started in it. Disposed after
/// they have ended.
/// </summary>
public sealed class MemoryCgroup : IDisposable
{
    // The last page charged to a process that has just ended may take a moment to go.
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(5);

    private readonly CgroupFiles _files;

    private MemoryCgroup(CgroupFiles files, string folder)
    {
        _files = files;
        Folder = folder;
    }

    /// <summary>The group's folder.</summary>
    public string Folder { get; }

    /// <summary>Makes a group with a limit; null and what is missing where none can be made.</summary>
    public static MemoryCgroup? Create(string name, long limitBytes, out string missing) =>
        CgroupPlace.Find(out missing) is { } place ? Create(place, name, limitBytes, out missing) : null;

    /// <summary>Makes a group for a test that cannot do without one.</summary>
    public static MemoryCgroup Need(string name, long limitBytes) => Required.Found(Create(name, limitBytes, out string missing), missing);

    internal static MemoryCgroup? Create(CgroupPlace place, string name, long limitBytes, out string missing)
    {
        missing = "";
        string folder = Path.Combine(
            place.Folder, $"thermocline-{name}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            Directory.CreateDirectory(folder);
            var group = new MemoryCgroup(place.Files, folder);
            group.SetLimit(limitBytes);
            group.ForbidSwap();
            return group;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            missing = $"A memory cgroup cannot be made in {place.Folder} (root may make one): {failure.Message}";
            return null;
        }
    }

    /// <summary>The program, started so that it is in the group before it allocates anything.</summary>
    public SidecarProgram Around(SidecarProgram program) => new(
        "/bin/sh",
        ["-c", $"echo $$ > '{Path.Combine(Folder, CgroupFiles.Processes)}' && exec \"$0\" \"$@\"", program.FileName, .. program.Arguments]);

    /// <summary>Changes the limit. Version 2 kills what does not fit; version 1 refuses, see <see cref="TrySetLimit"/>.</summary>
    /// <exception cref="IOException">More is in use than the kernel can take away.</exception>
    public void SetLimit(long bytes) => Write(_files.Limit, bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Changes the limit; false when more is in use than the kernel can take away now.</summary>
    public bool TrySetLimit(long bytes)
    {
        try
        {
            SetLimit(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>What the kernel says now.</summary>
    public CgroupReading Read()
    {
        Dictionary<string, long> stat = Table(CgroupFiles.Stat);
        return new CgroupReading(
            Number(_files.Usage), stat.GetValueOrDefault(_files.InactiveFile), stat.GetValueOrDefault(_files.Anonymous),
            Number(_files.Limit), Number(_files.MaxUsage), Table(_files.OomEvents).GetValueOrDefault(CgroupFiles.OomKill));
    }

    public void Dispose() => SpinWait.SpinUntil(TryRemove, RemovalLimit);

    private bool TryRemove()
    {
        try
        {
            // A group is removed as an empty folder is, whatever files the kernel shows in it.
            if (Directory.Exists(Folder))
                Directory.Delete(Folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A limit that lets a process swap is no limit on what it needs. Not every kernel counts swap.
    private void ForbidSwap()
    {
        if (File.Exists(Path.Combine(Folder, _files.Swap)))
            Write(_files.Swap, _files.NoSwap);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    // "max" is no limit.
    private long Number(string file) =>
        Path.Combine(Folder, file) is var path && File.Exists(path)
            && long.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out long number) ? number : 0;

    private Dictionary<string, long> Table(string file) => File.ReadLines(Path.Combine(Folder, file))
        .Select(static line => line.Split(' '))
        .Where(static fields => fields.Length == 2)
        .ToDictionary(static fields => fields[0], static fields => long.Parse(fields[1], CultureInfo.InvariantCulture));
}
