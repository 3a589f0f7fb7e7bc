using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Plan.Conditions;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Apply;

/// <summary>
/// Carries out plans; nothing else of the operator writes to the cluster on a MemoryCluster's behalf. The order is: a change of the
/// resource itself, which is then all; the revision; the children; what is no longer wanted; resizes; drains; the one eviction; the
/// status; events. Each step leaves a state from which the next plan goes on, so that it may end after any of them.
/// </summary>
/// <param name="client">Writes.</param>
/// <param name="events">Leaves events.</param>
/// <param name="drains">Tells sidecars to send everything to the cold store.</param>
/// <param name="secrets">Makes a word nobody can guess.</param>
/// <param name="time">The clock.</param>
internal sealed class Applier(
    ClusterClient client, EventPublisher events,
    Func<IReadOnlyList<PodView>, string, CancellationToken, Task<IReadOnlyList<DrainAnswer>>> drains,
    Func<string> secrets, TimeProvider time)
{
    /// <summary>Carries it out and says what the steps were answered.</summary>
    /// <exception cref="ClusterException">A write was refused: another look and another plan are needed.</exception>
    public async Task<AppliedPlan> ApplyAsync(Observed observed, ClusterPlan plan, CancellationToken cancellation)
    {
        if (plan.Patch is not null)
            await client.PatchAsync(MemoryClusters.Resource, observed.Key, plan.Patch, PatchOptions.Merge, cancellation);
        foreach (ObjectApply each in plan.Applies)
            await client.ApplyAsync(Resources.Whole(each.Type), each.Key, each.Fields, ApplyOptions.Forced, cancellation);
        if (plan.Secret is not null)
            await CreateAsync(plan.Secret, cancellation);
        foreach (ObjectDelete each in plan.Deletes)
            await DeleteAsync(each, cancellation);
        IReadOnlyList<StepRefusal> resizes = await ResizeAsync(observed, plan, cancellation);
        IReadOnlyList<DrainAnswer> drained = await DrainAsync(observed, plan, cancellation);
        (IReadOnlyList<StepRefusal> evictions, bool evicted) = await EvictAsync(observed, plan, cancellation);
        string? version = plan.Status is null ? null : await WriteStatusAsync(observed, plan.Status, cancellation);
        foreach (ClusterEvent said in plan.Events)
            await SayAsync(observed, said, cancellation);
        var answers = new StepAnswers
        {
            Evictions = evictions,
            Resizes = resizes,
            Drains = drained,
            LastEviction = evicted ? time.GetUtcNow() : null,
        };
        return new AppliedPlan(Recall.Of(observed, answers), version);
    }

    /// <summary>Says that a plan was refused.</summary>
    public Task RemarkAsync(Observed observed, string why, CancellationToken cancellation) =>
        SayAsync(observed, new ClusterEvent("Refused", why) { IsWarning = true }, cancellation);

    private async Task<string?> WriteStatusAsync(Observed observed, MemoryClusterStatus status, CancellationToken cancellation)
    {
        MemoryCluster written = await client.ApplyStatusAsync(
            MemoryClusters.Resource, observed.Key, new JsonObject { ["status"] = StatusOf.Json(status) }, ApplyOptions.Forced, cancellation);
        return written.Metadata.ResourceVersion;
    }

    private async Task CreateAsync(SecretCreate secret, CancellationToken cancellation)
    {
        JsonObject fields = (JsonObject)secret.Fields.DeepClone();
        fields["stringData"] = new JsonObject { [secret.Entry] = secrets() };
        fields["metadata"]!["name"] = secret.Key.Name;
        fields["apiVersion"] = Resources.Secrets.ApiVersion;
        fields["kind"] = Resources.Secrets.Kind;
        try
        {
            await client.CreateAsync(Resources.Whole(Resources.Secrets), secret.Key.Namespace, Whole(fields), cancellation);
        }
        catch (ClusterException there) when (there.Fault == ClusterFault.AlreadyExists)
        {
            // Made by a round whose answer was lost; its word is in force.
        }
    }

    private static AnyObject Whole(JsonObject fields) =>
        System.Text.Json.JsonSerializer.Deserialize(fields, ClusterJson.Default.AnyObject)!;

    private async Task DeleteAsync(ObjectDelete deletion, CancellationToken cancellation)
    {
        try
        {
            await client.DeleteAsync(
                deletion.Type, deletion.Key, DeleteOptions.Default with { Uid = deletion.Uid.Length == 0 ? null : deletion.Uid }, cancellation);
        }
        catch (ClusterException other) when (other.Fault == ClusterFault.Conflict)
        {
            // Another object has the name by now.
        }
    }

    private async Task<IReadOnlyList<StepRefusal>> ResizeAsync(Observed observed, ClusterPlan plan, CancellationToken cancellation)
    {
        List<StepRefusal> refused = [];
        foreach (PodResize resize in plan.Resizes)
        {
            try
            {
                await client.ResizeAsync(observed.Key with { Name = resize.Pod }, ResizePatch.Of(resize), cancellation);
            }
            catch (ClusterException gone) when (gone.Fault == ClusterFault.NotFound)
            {
                // It went meanwhile, and its successor is created with the new limit.
            }
            catch (ClusterException failure) when (failure.Fault is ClusterFault.Invalid or ClusterFault.Forbidden)
            {
                refused.Add(new StepRefusal(resize.Uid, failure.Message, time.GetUtcNow() + Recall.ResizePause));
            }
        }

        return refused;
    }

    private async Task<IReadOnlyList<DrainAnswer>> DrainAsync(Observed observed, ClusterPlan plan, CancellationToken cancellation)
    {
        if (plan.Drains.Count == 0)
            return [];
        return observed.Token() is { } token
            ? await drains(plan.Drains, token, cancellation)
            : [.. plan.Drains.Select(pod => new DrainAnswer(pod.Uid, false, "there is no token to ask it with"))];
    }

    private async Task<(IReadOnlyList<StepRefusal> Refused, bool Evicted)> EvictAsync(
        Observed observed, ClusterPlan plan, CancellationToken cancellation)
    {
        List<StepRefusal> refused = [];
        bool evicted = false;
        foreach (PodEviction eviction in plan.Evictions)
        {
            EvictionAnswer answer = await client.EvictAsync(
                observed.Key with { Name = eviction.Pod }, DeleteOptions.Default with { Uid = eviction.Uid }, cancellation);
            evicted |= answer.Outcome == EvictionOutcome.Evicted;
            if (answer.Outcome == EvictionOutcome.Refused)
            {
                refused.Add(new StepRefusal(
                    eviction.Uid, answer.Reason ?? "no reason was given", time.GetUtcNow() + (answer.RetryAfter ?? Recall.EvictionPause)));
            }
            else if (answer.Outcome == EvictionOutcome.Evicted)
            {
                await SayAsync(observed, new ClusterEvent("Evicted", $"{eviction.Pod}: {eviction.Why}") { Action = "Evict" }, cancellation);
            }
        }

        return (refused, evicted);
    }

    private async Task SayAsync(Observed observed, ClusterEvent said, CancellationToken cancellation)
    {
        try
        {
            await events.PublishAsync(Resources.MemoryClusters, MemoryClusters.MetadataOf(observed.Cluster), said, cancellation);
        }
        catch (ClusterException refused) when (refused.Fault is ClusterFault.Forbidden or ClusterFault.NotFound or ClusterFault.Invalid)
        {
            // A namespace that is going takes no events, and must not be held up by what could not be remarked.
        }
    }
}
