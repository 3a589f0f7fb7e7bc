using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store.Accounting;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>A sidecar inside the test's process: real Kestrel, free loopback ports, a folder of its own.</summary>
internal sealed class RunningSidecar : IAsyncDisposable
{
    private readonly TempFolder? _ownFolder;

    private RunningSidecar(SidecarHost host, LogCapture log, string folder, TempFolder? ownFolder, string configFile)
    {
        Host = host;
        Log = log;
        Folder = folder;
        ConfigFile = configFile;
        _ownFolder = ownFolder;
        Client = new HttpClient { BaseAddress = host.DataAddress };
        AdminClient = new HttpClient { BaseAddress = host.Admin };
    }

    public SidecarHost Host { get; }

    public LogCapture Log { get; }

    public string Folder { get; }

    public string ConfigFile { get; }

    public HttpClient Client { get; }

    public HttpClient AdminClient { get; }

    public string Token => File.ReadAllText(Path.Combine(Folder, AdminToken.FileName)).Trim();

    /// <summary>Starts one. The configuration gets free ports and the folder put over it, as the command line would.</summary>
    public static async Task<RunningSidecar> StartAsync(
        string yaml = "", string? folder = null, IFiles? files = null, TimeProvider? time = null, bool adminConfigured = true,
        ResilientColdStore? cold = null, Func<MemoryLedger, MemoryReading>? sense = null)
    {
        TempFolder? own = folder is null ? new TempFolder() : null;
        string path = folder ?? own!.Path;
        string configFile = Path.Combine(path, "test-config.yaml");
        await File.WriteAllTextAsync(configFile, yaml);
        List<KeyValuePair<string, SettingText>> options =
        [
            new("data.path", new SettingText(path, "test")),
            new("listen.data", new SettingText("127.0.0.1:0", "test")),
        ];
        if (adminConfigured)
            options.Add(new("listen.admin", new SettingText("127.0.0.1:0", "test")));
        ConfigurationSource source = new(configFile, new Dictionary<string, string>(), options);
        ConfigurationReading reading = source.Read();
        Assert.Empty(reading.Mistakes);
        LogCapture log = new();
        SidecarSetup setup = new()
        {
            Reading = reading,
            Source = source,
            Time = time ?? TimeProvider.System,
            Log = log,
        };
        // The memory of a test process says nothing of the sidecar inside.
        setup = setup with { Sense = sense ?? Setups.Roomy, LimitHeap = static _ => true, CollectInBackground = static _ => { } };
        if (cold is not null)
            setup = setup with { OpenCold = (_, _) => cold };
        if (files is not null)
            setup = setup with { OpenFolder = _ => files };
        return new RunningSidecar(await SidecarHost.StartAsync(setup), log, path, own, configFile);
    }

    public Task<HttpResponseMessage> PutAsync(string path, byte[] value, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, new ByteArrayContent(value), headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, Target(path)) { Content = content };
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostJsonAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<JsonElement> StatusAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/v1/status", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using HttpResponseMessage answer = await AdminClient.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    public Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(Host.DataAddress.Port);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        AdminClient.Dispose();
        await Host.DisposeAsync();
        _ownFolder?.Dispose();
    }

    private Uri Target(string path) =>
        new(Host.DataAddress.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
