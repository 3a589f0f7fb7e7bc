namespace Thermocline.Testing.Cgroups;

/// <summary>
/// Where a memory cgroup can be made: below the group this process is in, so that whatever limits this process limits the
/// new group too. Version 2 forbids that for a group with processes of its own; there it is the next group up that hands
/// the memory controller down.
/// </summary>
/// <param name="Files">The names of the version.</param>
/// <param name="Folder">The folder to make a group in.</param>
internal sealed record CgroupPlace(CgroupFiles Files, string Folder)
{
    private const string Controller = "memory";

    /// <summary>The place on this machine, or null and what is missing.</summary>
    public static CgroupPlace? Find(out string missing)
    {
        if (!File.Exists("/proc/self/mountinfo") || !File.Exists("/proc/self/cgroup"))
        {
            missing = "There is no /proc/self/cgroup: memory cgroups are Linux's.";
            return null;
        }

        return Find(File.ReadAllLines("/proc/self/mountinfo"), File.ReadAllLines("/proc/self/cgroup"), out missing);
    }

    /// <summary>The same from the lines of <c>mountinfo</c> and of <c>cgroup</c> below <c>/proc/self</c>.</summary>
    public static CgroupPlace? Find(string[] mounts, string[] groups, out string missing)
    {
        missing = "";
        CgroupPlace? unified = mounts.Select(line => Unified(line, groups)).FirstOrDefault(static place => place is not null);
        if ((unified ?? mounts.Select(line => First(line, groups)).FirstOrDefault(static place => place is not null)) is { } found)
            return found;
        missing = "No cgroup hierarchy here hands down the memory controller (cgroup2 with memory in cgroup.subtree_control, "
            + "or a cgroup v1 memory mount).";
        return null;
    }

    private static CgroupPlace? Unified(string line, string[] groups)
    {
        if (Mount(line, "cgroup2") is not { } mount || OwnFolder(mount, groups, "0::") is not { } own)
            return null;
        for (string? folder = own; folder is not null && folder.StartsWith(mount.Folder, StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
        {
            string control = Path.Combine(folder, "cgroup.subtree_control");
            if (File.Exists(control) && File.ReadAllText(control).Split([' ', '\n']).Contains(Controller))
                return new CgroupPlace(CgroupFiles.V2, folder);
        }

        return null;
    }

    private static CgroupPlace? First(string line, string[] groups)
    {
        if (Mount(line, "cgroup") is not { } mount || !mount.Options.Split(',').Contains(Controller))
            return null;
        string? own = groups.FirstOrDefault(static group => group.Split(':')[1].Split(',').Contains(Controller));
        return own is not null && OwnFolder(mount, groups, own[..(own.IndexOf(':', own.IndexOf(':', StringComparison.Ordinal) + 1) + 1)]) is { } folder
            ? new CgroupPlace(CgroupFiles.V1, folder)
            : null;
    }

    // Within a container the mount shows a part of the hierarchy, and the group's path starts above that part.
    private static string? OwnFolder((string Root, string Folder, string Options) mount, string[] groups, string prefix)
    {
        if (groups.FirstOrDefault(group => group.StartsWith(prefix, StringComparison.Ordinal)) is not { } line)
            return null;
        string path = line[prefix.Length..];
        if (mount.Root != "/" && path.StartsWith(mount.Root, StringComparison.Ordinal))
            path = path[mount.Root.Length..];
        string folder = Path.TrimEndingDirectorySeparator(Path.Combine(mount.Folder, path.TrimStart('/')));
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>Fields of a mount of the given type: the part of the hierarchy it shows, where, and its options.</summary>
    private static (string Root, string Folder, string Options)? Mount(string line, string type)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        return dash > 4 && dash + 3 < fields.Length && fields[dash + 1] == type
            ? (fields[3], fields[4], fields[dash + 3])
            : null;
    }
}
