using Thermocline.Contract.Configuration;
using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Commands;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>Optimises a data folder that no sidecar holds.</summary>
internal sealed class OptimizeFolder(SidecarConfiguration configuration, Surroundings surroundings) : IOptimizeTarget
{
    /// <inheritdoc/>
    /// <exception cref="HostingException">There is no store.</exception>
    /// <exception cref="StoreException">Locked by a running sidecar, or the disk failed.</exception>
    public async Task<OptimizeReport> RunAsync(PruneRules rules, int? olderThanDays, bool dry, CancellationToken cancellation)
    {
        TimeProvider time = surroundings.Time;
        string folder = Path.GetFullPath(configuration.Folder.Path);
        // A folder without a store is not made into one.
        if (!File.Exists(Path.Combine(folder, "identity")))
            throw new HostingException($"There is no store in {folder}: name its folder with --data.");
        using ResilientColdStore? cold = ConfiguredCold.Open(configuration, time);
        StoreOptions options = StoreSettings.Of(configuration);
        // Nothing happens here but what was asked for.
        options = options with { BackgroundPacking = false, Cold = options.Cold with { Background = false } };
        using TieredStore store = TieredStore.Open(options, new DiskFiles(folder), time, cold);
        OptimizeReport report = await OptimizeDisplay.ShowAsync(surroundings, store.Status.Keys, progress =>
            Optimization.RunAsync(store, new OptimizeOrder(rules, dry, progress), time, cancellation));
        store.Close();
        return report;
    }
}
