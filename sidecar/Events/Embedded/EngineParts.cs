using Thermocline.Store;
using Thermocline.Store.Accounting;

namespace Thermocline.Events.Embedded;

/// <summary>What every part of the engine works with.</summary>
internal sealed record EngineParts(
    TieredStore Store, EmbeddedBusOptions Options, TimeProvider Time, Func<double> Chance, MemoryAccount Account, EngineHealth Health)
{
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
