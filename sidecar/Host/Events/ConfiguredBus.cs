using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Events.Dapr;
using Thermocline.Events.Embedded;
using Thermocline.Events.Outbox;
using Thermocline.Events.Redis;
using Thermocline.Resp;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;
using Thermocline.Store.Cold.Dapr;

namespace Thermocline.Sidecar.Events;

/// <summary>Opens the event bus that a configuration names. Nothing is asked of a foreign engine yet.</summary>
internal static class ConfiguredBus
{
    private const int PasswordBytesMax = 4_096;

    private static readonly OutboxOptions Outbox = new()
    {
        Prefix = EventsConfiguration.OutboxPrefix,
        RefusedTopic = EventsConfiguration.OutboxRefused,
    };

    /// <summary>Whether anything would use a bus.</summary>
    public static bool IsWanted(SidecarConfiguration configuration) =>
        configuration.Dapr.Socket.Length > 0 || configuration.Events.Publish.Count > 0
        || (configuration.Events.Engine == EventEngine.Dapr && configuration.Events.Dapr.Topics.Count > 0);

    /// <summary>The bus; it holds a small part of the budget at most, whatever is published. Null when nothing would use one.</summary>
    /// <exception cref="HostingException">The settings make no bus; the message says which.</exception>
    /// <exception cref="StoreException">What the store has of the bus cannot be read.</exception>
    public static async ValueTask<OpenBus?> OpenAsync(SidecarSetup setup, TieredStore store)
    {
        SidecarConfiguration configuration = setup.Reading.Configuration;
        if (!IsWanted(configuration))
            return null;
        EmbeddedBus local = await EmbeddedBus.OpenAsync(store, Embedded(configuration), setup.Time, setup.Chance);
        try
        {
            return configuration.Events.Engine switch
            {
                EventEngine.Embedded => new OpenBus(local, null),
                EventEngine.Redis => new OpenBus(await BeforeAsync(new RedisBus(Redis(configuration), setup.Time, setup.Chance), local, setup), null),
                EventEngine.Dapr => await DaprAsync(setup, local),
            };
        }
        catch (Exception wrong) when (wrong is ArgumentException or IOException or UnauthorizedAccessException)
        {
            await local.DisposeAsync();
            throw new HostingException($"events.redis: {wrong.Message}", wrong);
        }
        catch (HostingException)
        {
            await local.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<OpenBus> DaprAsync(SidecarSetup setup, EmbeddedBus local)
    {
        SidecarConfiguration configuration = setup.Reading.Configuration;
        CheckToken("dapr.apiTokenFile", configuration.Dapr.ApiTokenFile, setup.Time);
        CheckToken("dapr.appTokenFile", configuration.Dapr.AppTokenFile, setup.Time);
        IReadOnlyList<string> topics = configuration.Events.Dapr.Topics;
        try
        {
            var options = new DaprOptions
            {
                Endpoint = new Uri(configuration.Dapr.Endpoint),
                PubSub = configuration.Events.Dapr.PubSub,
                Topics = topics,
                ApiTokenFile = configuration.Dapr.ApiTokenFile,
                AppTokenFile = configuration.Dapr.AppTokenFile,
            };
            var dapr = new DaprBus(options, local, setup.Time, setup.Chance);
            return new OpenBus(await BeforeAsync(dapr, local, setup), dapr.Deliveries);
        }
        catch (ArgumentException wrong)
        {
            throw new HostingException($"events.dapr: {wrong.Message}", wrong);
        }
    }

    private static ValueTask<OutboxBus> BeforeAsync(IEventBus foreign, EmbeddedBus local, SidecarSetup setup) =>
        OutboxBus.OpenAsync(local, foreign, Outbox, (setup.Time, setup.Chance), CancellationToken.None);

    private static void CheckToken(string setting, string file, TimeProvider time)
    {
        if (!new DaprToken(file, time).TryRead(out _, out string? mistake))
            throw new HostingException($"{setting}: {mistake}");
    }

    private static EmbeddedBusOptions Embedded(SidecarConfiguration configuration)
    {
        long limit = configuration.Budget.Limit;
        return new EmbeddedBusOptions
        {
            BacklogEventsMax = configuration.Events.BacklogMax,
            PublishWaitMax = TimeSpan.FromMilliseconds(configuration.Events.PublishWaitMs),
            WindowBytesMax = (int)Math.Clamp(limit / 64, 1 << 20, 16 << 20),
            BlockBytes = (int)Math.Clamp(limit / 512, 64 << 10, 1 << 20),
        };
    }

    private static RedisBusOptions Redis(SidecarConfiguration configuration)
    {
        RedisConfiguration redis = configuration.Events.Redis;
        int bytes = (int)Math.Clamp(configuration.Budget.Limit / 64, 1 << 20, 32 << 20);
        return new RedisBusOptions
        {
            Server = new RespOptions
            {
                Server = PlaceOf(redis.Server),
                User = redis.User,
                Password = redis.PasswordFile.Length == 0 ? "" : PasswordIn(redis.PasswordFile),
                Database = redis.Database,
                TlsHost = redis.TlsHost.Length == 0 ? null : redis.TlsHost,
                ClientName = "thermocline",
                InFlightBytesMax = bytes,
            },
            Prefix = redis.Prefix,
            BacklogMax = configuration.Events.BacklogMax,
            PrefetchBytesMax = bytes,
        };
    }

    private static EndPoint PlaceOf(string server)
    {
        if (server.StartsWith('/'))
            return new UnixDomainSocketEndPoint(server);
        int colon = server.LastIndexOf(':');
        string host = server[..colon];
        int port = int.Parse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    // Editors end a file with a line break, which is no part of a password.
    private static string PasswordIn(string file)
    {
        using FileStream stream = File.OpenRead(file);
        if (stream.Length > PasswordBytesMax)
            throw new ArgumentException($"passwordFile has more than {PasswordBytesMax} bytes.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd('\r', '\n');
    }
}
