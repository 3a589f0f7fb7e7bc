namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>Finds the memory cgroup of this process from what the kernel says of its mounts and its place in them.</summary>
internal static class CgroupFinder
{
    /// <summary>The cgroup; null where there is none that can be read.</summary>
    /// <param name="root">The root of the file system, other than <c>/</c> in tests.</param>
    public static ICgroup? Find(string root)
    {
        string[] places = Lines(Path.Combine(root, "proc/self/cgroup"));
        string[] mounts = Lines(Path.Combine(root, "proc/self/mountinfo"));
        // A hybrid machine has the unified hierarchy too, but without the memory controller: then the old one decides.
        return Open(root, mounts, "cgroup2", null, places, CgroupV2.TryOpen) ?? Open(root, mounts, "cgroup", "memory", places, CgroupV1.TryOpen);
    }

    private static ICgroup? Open(
        string root, string[] mounts, string kind, string? controller, string[] places, Func<string, ICgroup?> open)
    {
        foreach (string mount in mounts)
        {
            // 35 31 0:32 /inside /mounted rw - cgroup name rw,memory
            string[] halves = mount.Split(" - ", 2);
            string[] left = halves[0].Split(' '), right = halves[^1].Split(' ');
            if (halves.Length != 2 || left.Length < 5 || right.Length < 3 || right[0] != kind
                || (controller is not null && !right[2].Split(',').Contains(controller)))
            {
                continue;
            }

            string mounted = Path.Combine(root, left[4].TrimStart('/'));
            foreach (string folder in Candidates(mounted, left[3], PlaceOf(places, controller)))
            {
                if (open(folder) is { } found)
                    return found;
            }
        }

        return null;
    }

    /// <summary>Inside a container the mount may already be the cgroup itself; outside it is the root of all of them.</summary>
    private static IEnumerable<string> Candidates(string mounted, string inside, string place)
    {
        if (inside != "/" && place.StartsWith(inside, StringComparison.Ordinal))
            yield return Path.Combine(mounted, place[inside.Length..].TrimStart('/'));
        yield return Path.Combine(mounted, place.TrimStart('/'));
        yield return mounted;
    }

    /// <summary>Where the process is: <c>4:memory:/a/b</c>, or <c>0::/a/b</c> in the unified hierarchy.</summary>
    private static string PlaceOf(string[] places, string? controller)
    {
        foreach (string place in places)
        {
            string[] parts = place.Split(':', 3);
            if (parts.Length == 3 && (controller is null ? parts[1].Length == 0 : parts[1].Split(',').Contains(controller))
                && !parts[2].Split('/').Contains(".."))
            {
                return parts[2];
            }
        }

        return "/";
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
