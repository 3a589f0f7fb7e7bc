using System.Text;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store.Accounting;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>Setups of sidecars that are meant not to start.</summary>
internal static class Setups
{
    /// <summary>Memory of a process that holds what its ledger says and nothing else.</summary>
    public static MemoryReading Roomy(MemoryLedger ledger) =>
        new() { Resident = ledger.Bytes, Anonymous = ledger.Bytes, Ledger = ledger.Bytes, Native = ledger.NativeBytes };

    public static SidecarSetup Of(string yaml)
    {
        ConfigurationSource source = new(null, new Dictionary<string, string>(), []);
        ConfigurationReading reading = source.Read(Encoding.UTF8.GetBytes(yaml));
        Assert.Empty(reading.Mistakes);
        return new SidecarSetup { Reading = reading, Source = source, Log = new LogCapture(), Sense = Roomy, LimitHeap = static _ => true, CollectInBackground = static _ => { } };
    }
}
