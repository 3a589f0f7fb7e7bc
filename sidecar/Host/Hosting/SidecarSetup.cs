using System.Security.Cryptography;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store.Accounting;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;

namespace Thermocline.Sidecar.Hosting;

/// <summary>What a sidecar is started with.</summary>
internal sealed record SidecarSetup
{
    /// <summary>The configuration, free of mistakes.</summary>
    public required ConfigurationReading Reading { get; init; }

    /// <summary>Where the configuration is read again while the sidecar runs.</summary>
    public required ConfigurationSource Source { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws from [0, 1): where several must not do the same at the same moment.</summary>
    public Func<double> Chance { get; init; } = static () => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;

    /// <summary>Opens the data folder.</summary>
    public Func<string, IFiles> OpenFolder { get; init; } = path => new DiskFiles(path);

    /// <summary>Opens the cold store; null when none is configured.</summary>
    public Func<SidecarConfiguration, TimeProvider, ResilientColdStore?> OpenCold { get; init; } = ConfiguredCold.Open;

    /// <summary>Reads the memory of the process; null for the operating system's word.</summary>
    public Func<MemoryLedger, MemoryReading>? Sense { get; init; }

    /// <summary>Limits the managed heap; false when more is in use than it would allow.</summary>
    public Func<long, bool> LimitHeap { get; init; } = HeapLimit.TryApply;

    /// <summary>Whether full collections may run beside the program.</summary>
    public Action<bool> CollectInBackground { get; init; } = HeapLimit.CollectInBackground;

    /// <summary>Where the log goes; null for standard error.</summary>
    public ILoggerProvider? Log { get; init; }
}
