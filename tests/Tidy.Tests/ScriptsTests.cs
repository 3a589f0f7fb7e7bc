using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class ScriptsTests
{
    [Fact]
    public void Every_script_stops_at_a_failure_and_explains_itself() =>
        Findings.AssertNone(Scripts.Paths.SelectMany(path => Scripts.Mistakes(path, Repository.Find(path))));

    [Fact]
    public void A_careless_script_is_found()
    {
        Assert.Single(Scripts.Mistakes("run", null));
        Assert.Equal(3, Scripts.Mistakes("run", "#!/bin/sh\necho hello\n").Count());
        Assert.Empty(Scripts.Mistakes("run", "#!/usr/bin/env bash\nset -euo pipefail\n# --help\n"));
    }
}
