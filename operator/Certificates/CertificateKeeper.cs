using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Certificates;

/// <summary>
/// Keeps the webhook's certificates: makes and renews them in the Secret that all operators share, serves what lies there, and keeps
/// the webhook configurations trusting it.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="options">For whom, and how long.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Leaves an event beside the Secret.</param>
/// <param name="log">The log.</param>
internal sealed partial class CertificateKeeper(
    ClusterClient client,
    CertificateOptions options,
    TimeProvider time,
    Func<ObjectMeta, ClusterEvent, CancellationToken, Task> tell,
    ILogger log)
{
    private static readonly Resource<AnyObject> Secrets = Resources.Whole(Resources.Secrets);

    private static readonly Resource<AnyObject>[] Configurations =
        [Resources.Whole(Resources.MutatingWebhooks), Resources.Whole(Resources.ValidatingWebhooks)];

    private volatile SslStreamCertificateContext? _current;
    private string _serving = "";

    /// <summary>What is served; null before the first look.</summary>
    public SslStreamCertificateContext? Current => _current;

    private EntityKey Key => new(options.Namespace, options.Secret);

    /// <summary>Looks after everything until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan pause = options.Interval;
            try
            {
                await KeepAsync(cancellation);
            }
            catch (Exception failure) when (failure is ClusterException or CryptographicException)
            {
                // What is served goes on being served.
                Failed(log, options.Secret, failure.Message);
                pause = options.RetryDelay;
            }

            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <summary>Looks once, and does what is to be done.</summary>
    public async Task<CertificateStep> KeepAsync(CancellationToken cancellation)
    {
        AnyObject? secret = await client.GetAsync(Secrets, Key, cancellation);
        CertificateFiles? files = secret is null ? null : CertificateSecret.Read(secret);
        CertificatePlan plan = CertificatePlan.Of(files, options.ServerName, time.GetUtcNow());
        if (plan.Step != CertificateStep.Keep)
            files = await WriteAsync(plan, secret, files, cancellation);
        await TrustAsync(CertificatePlan.BundleOf(files!, time.GetUtcNow()), cancellation);
        Serve(files!);
        return plan.Step;
    }

    private async Task<CertificateFiles> WriteAsync(
        CertificatePlan plan, AnyObject? secret, CertificateFiles? found, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        CertificateFiles made = CertificateMaker.Make(plan.Step, found, options, now);
        // A new authority is trusted before anybody serves its certificate.
        if (plan.Step == CertificateStep.RenewAuthority)
            await TrustAsync(CertificatePlan.BundleOf(made, now), cancellation);
        try
        {
            AnyObject kept = await KeepAsync(made, secret, cancellation);
            Made(log, plan.Step, plan.Reason);
            await TellAsync(plan, kept.Metadata, cancellation);
            return made;
        }
        catch (ClusterException late) when (late.Fault is ClusterFault.Conflict or ClusterFault.AlreadyExists)
        {
            // Another operator was first: what it wrote is as good as ours.
            if (await client.GetAsync(Secrets, Key, cancellation) is not { } theirs)
                throw;
            return CertificateSecret.Read(theirs);
        }
    }

    // Whoever comes second is refused: by the name of a secret that is there, or by the version of one that changed.
    private Task<AnyObject> KeepAsync(CertificateFiles made, AnyObject? secret, CancellationToken cancellation)
    {
        if (secret is not null)
        {
            return client.ApplyAsync(
                Secrets, Key, CertificateSecret.Fields(made, secret.Metadata.ResourceVersion), ApplyOptions.Forced, cancellation);
        }

        var created = new AnyObject
        {
            ApiVersion = Resources.Secrets.ApiVersion,
            Kind = Resources.Secrets.Kind,
            Metadata = new ObjectMeta { Name = Key.Name, Namespace = Key.Namespace },
            Fields = CertificateSecret.Fields(made, null),
        };
        created.Fields.Remove("metadata");
        return client.CreateAsync(Secrets, Key.Namespace, created, cancellation);
    }

    private async Task TellAsync(CertificatePlan plan, ObjectMeta secret, CancellationToken cancellation)
    {
        if (!plan.IsSurprising)
            return;
        var said = new ClusterEvent("CertificateReplaced", $"{plan.Reason} It was made anew.")
        {
            IsWarning = true,
            Action = plan.Step.ToString(),
        };
        try
        {
            await tell(secret, said, cancellation);
        }
        catch (ClusterException failure)
        {
            // The certificate matters more than the word about it.
            Failed(log, options.Secret, failure.Message);
        }
    }

    private async Task TrustAsync(string bundle, CancellationToken cancellation)
    {
        foreach (Resource<AnyObject> resource in Configurations)
        {
            var key = new EntityKey("", options.Configuration);
            // Where there is none, nobody asks us, and there is nothing to be trusted.
            if (await client.GetAsync(resource, key, cancellation) is { } configuration
                && AuthorityBundles.Patch(configuration, bundle) is { Count: > 0 } patch)
                await client.PatchAsync(resource, key, patch, PatchOptions.Json, cancellation);
        }
    }

    private void Serve(CertificateFiles files)
    {
        if (files.Serving == _serving)
            return;
        // The one before is not disposed: a handshake may be under way with it.
        _current = Cluster.Connection.Certificates.Own(files.Serving, files.ServingKey);
        _serving = files.Serving;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Certificates: {Step}. {Reason}")]
    private static partial void Made(ILogger log, CertificateStep step, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The certificates of {Secret} could not be looked after: {Why}")]
    private static partial void Failed(ILogger log, string secret, string why);
}
