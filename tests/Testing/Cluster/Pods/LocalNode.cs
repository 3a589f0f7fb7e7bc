using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Cluster.Pods;

/// <summary>
/// Stands in for the nodes of a namespace whose pods carry <c>testcluster/node: manual</c>: a pod's sidecar is started as a real
/// process from the pod's spec, its startup probe is asked, maps and secrets are kept up to date in its folders, and its status is
/// written. The containers of the application are only said to run.
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    // Loopback has 16 million addresses: each pod of each node in a process gets one.
    private static int _addresses = Environment.ProcessId;

    private readonly ApiServer _server;
    private readonly SidecarProgram _program;
    private readonly string _namespace;
    private readonly TempFolder _folder = new();
    private readonly HttpClient _probes = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly ConcurrentDictionary<string, RunningPod> _pods = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private LocalNode(ApiServer server, SidecarProgram program, string @namespace)
    {
        _server = server;
        _program = program;
        _namespace = @namespace;
        _loop = RunAsync();
    }

    /// <summary>The pods it runs, by uid.</summary>
    public IReadOnlyCollection<RunningPod> Pods => [.. _pods.Values];

    /// <summary>What went wrong last; empty when nothing did.</summary>
    public string Trouble { get; private set; } = "";

    public static LocalNode Start(ApiServer server, SidecarProgram program, string @namespace) => new(server, program, @namespace);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        foreach (RunningPod pod in _pods.Values)
            await pod.DisposeAsync();
        _probes.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
                await Task.Delay(Pause, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is InvalidOperationException or IOException or System.Text.Json.JsonException)
            {
                Trouble = failure.Message;
            }
        }
    }

    private async Task LookAsync()
    {
        KubectlAnswer answer = await KubectlAsync("get", "pods,configmaps,secrets", "-o", "json");
        if (answer.Code != 0)
            throw new InvalidOperationException(answer.ToString());
        PodObjects objects = PodObjects.Of(JsonNode.Parse(answer.Output)!);
        HashSet<string> there = [.. objects.Pods.Select(static pod => (string)pod["metadata"]!["uid"]!)];
        foreach (RunningPod gone in _pods.Values.Where(pod => !there.Contains(pod.Uid)).ToArray())
            await EndAsync(gone);
        foreach (JsonNode pod in objects.Pods)
            await LookAtAsync(pod, objects);
    }

    private async Task LookAtAsync(JsonNode pod, PodObjects objects)
    {
        RunningPod running = _pods.GetOrAdd((string)pod["metadata"]!["uid"]!, uid => new RunningPod(pod, NextAddress(), _folder.Combine(uid), _program));
        if (pod["metadata"]!["deletionTimestamp"] is not null)
        {
            await EndAsync(running);
            await KubectlAsync("delete", "pod", running.Name, "--force", "--grace-period=0", "--ignore-not-found");
            return;
        }

        JsonNode? container = RunningPod.ContainerOf(pod);
        if (container is not null && running.ProcessId is null && !running.TryStart(pod, container, objects))
            return;
        running.Follow(pod, objects);
        if (!running.Started && (container is null || await IsStartedAsync(container, running.Address)))
        {
            await SayRunningAsync(pod, running);
            running.Started = true;
        }
    }

    private async Task<bool> IsStartedAsync(JsonNode container, string address)
    {
        JsonNode probe = container["startupProbe"]!["httpGet"]!;
        int port = probe["port"]!.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? (int)probe["port"]!
            : (int)(container["ports"] as JsonArray)!.First(each => (string?)each!["name"] == (string?)probe["port"])!["containerPort"]!;
        try
        {
            using HttpResponseMessage answer = await _probes.GetAsync(new Uri($"http://{address}:{port}{(string?)probe["path"]}"), _stop.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task SayRunningAsync(JsonNode pod, RunningPod running)
    {
        var status = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = running.Address,
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = running.Address }),
            ["initContainerStatuses"] = Statuses(pod["spec"]!["initContainers"]),
            ["containerStatuses"] = Statuses(pod["spec"]!["containers"]),
            ["conditions"] = new JsonArray([.. ((string[])["Initialized", "ContainersReady", "Ready", "PodScheduled"])
                .Select(static type => new JsonObject { ["type"] = type, ["status"] = "True" })]),
        };
        KubectlAnswer answer = await KubectlAsync(
            "patch", "pod", running.Name, "--subresource=status", "--type=merge", "-p", new JsonObject { ["status"] = status }.ToJsonString());
        if (answer.Code != 0)
            throw new InvalidOperationException(answer.ToString());
    }

    private static JsonArray Statuses(JsonNode? containers) => new([.. (containers as JsonArray ?? []).Select(static each => new JsonObject
    {
        ["name"] = (string)each!["name"]!,
        ["image"] = (string?)each["image"] ?? "",
        ["imageID"] = "",
        ["ready"] = true,
        ["started"] = true,
        ["restartCount"] = 0,
        ["state"] = new JsonObject { ["running"] = new JsonObject() },
    })]);

    private async Task EndAsync(RunningPod pod)
    {
        _pods.TryRemove(pod.Uid, out _);
        await pod.DisposeAsync();
    }

    private static string NextAddress()
    {
        int number = Interlocked.Increment(ref _addresses);
        return $"127.{100 + ((number >> 16) & 127)}.{(number >> 8) & 255}.{1 + (number % 254)}";
    }

    private Task<KubectlAnswer> KubectlAsync(params string[] arguments) =>
        _server.KubectlAsync(["--namespace", _namespace, .. arguments], "", _stop.Token);
}
