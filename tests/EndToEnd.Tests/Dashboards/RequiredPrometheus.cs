using Thermocline.Testing.Prometheus;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>Prometheus: a test without it is skipped, except in CI, where it fails.</summary>
internal static class RequiredPrometheus
{
    public static PrometheusProgram Find()
    {
        PrometheusProgram? program = PrometheusProgram.Find();
        if (program is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", PrometheusProgram.Missing);
            Assert.Fail(PrometheusProgram.Missing);
        }

        return program;
    }
}
