using System.Text;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Hosting;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>Setups of sidecars that are meant not to start.</summary>
internal static class Setups
{
    public static SidecarSetup Of(string yaml)
    {
        ConfigurationSource source = new(null, new Dictionary<string, string>(), []);
        ConfigurationReading reading = source.Read(Encoding.UTF8.GetBytes(yaml));
        Assert.Empty(reading.Mistakes);
        return new SidecarSetup { Reading = reading, Source = source, Log = new LogCapture() };
    }
}
