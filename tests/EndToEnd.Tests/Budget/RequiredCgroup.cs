using Thermocline.Testing.Cgroups;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Budget;

/// <summary>A memory cgroup: a test is skipped where none can be made, except in CI, where it fails.</summary>
internal static class RequiredCgroup
{
    public static MemoryCgroup Create(string name, long limitBytes)
    {
        MemoryCgroup? group = MemoryCgroup.Create(name, limitBytes, out string missing);
        if (group is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", missing);
            Assert.Fail(missing);
        }

        return group;
    }
}
