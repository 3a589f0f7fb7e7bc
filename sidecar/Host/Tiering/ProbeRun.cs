using System.Security.Cryptography;
using Thermocline.Sidecar.Import;
using Thermocline.Store;
using Thermocline.Store.Cold;

namespace Thermocline.Sidecar.Tiering;

/// <summary>Tries everything the engine asks of a cold store, one thing after the other, on an object that is removed again.</summary>
internal sealed class ProbeRun(IColdStore cold, TimeProvider time)
{
    private const int ContentBytes = 4096;
    private const string Manifest = "manifest";

    private readonly byte[] _content = RandomNumberGenerator.GetBytes(ContentBytes);
    private readonly string _name = ColdProbe.Prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly List<ProbeStep> _steps = [];

    /// <summary>Runs it. Where nothing can be written, the steps that build on it are left out.</summary>
    public async Task<IReadOnlyList<ProbeStep>> RunAsync(CancellationToken cancellation)
    {
        if (await TryAsync("write an object", "s3:PutObject", () => WriteAsync(cancellation)))
        {
            await TryAsync("ask what it is", "s3:GetObject", () => HeadAsync(cancellation));
            await TryAsync("read it whole", "s3:GetObject", () => GetAsync(cancellation));
            await TryAsync("read a part of it", "s3:GetObject", () => ReadAsync(cancellation));
            await TryAsync("find it in a listing", "s3:ListBucket", () => ListAsync(cancellation));
            await TryAsync("write on conditions", "s3:PutObject", () => ConditionsAsync(cancellation));
            await TryAsync("find unfinished uploads", "s3:ListBucketMultipartUploads", () => UnfinishedAsync(cancellation));
            await TryAsync("delete it", "s3:DeleteObject", () => DeleteAsync(cancellation));
        }

        await TryAsync("look for a store", "s3:GetObject", () => LookAsync(cancellation));
        return _steps;
    }

    private async Task<bool> TryAsync(string name, string needs, Func<Task<string>> step)
    {
        long started = time.GetTimestamp();
        try
        {
            string found = await step();
            _steps.Add(new ProbeStep(name, true, time.GetElapsedTime(started), found, ""));
            return true;
        }
        catch (StoreException failure)
        {
            _steps.Add(new ProbeStep(name, false, time.GetElapsedTime(started), failure.Message, Advice(failure.Fault, needs)));
            return false;
        }
    }

    private static string Advice(StoreFault fault, string needs) => fault switch
    {
        StoreFault.ColdUnavailable => "nobody answered, or not in time: look at tiers.cold.endpoint, dapr.endpoint where Dapr is asked, the network and the service",
        StoreFault.ColdRefused => $"it answered and refused: look at the keys and the bucket; on S3 this needs the action {needs}",
        StoreFault.Damaged => "a store that loses or mixes up objects cannot be used",
        StoreFault.Io or StoreFault.Full or StoreFault.DiskFull => "look at the disk",
        StoreFault.Latched or StoreFault.Locked or StoreFault.Unsupported or StoreFault.SnapshotTooOld or StoreFault.Fenced => "",
    };

    private async Task<string> WriteAsync(CancellationToken cancellation)
    {
        await cold.PutAsync(_name, _content, ColdCondition.None, cancellation);
        return $"{ContentBytes:N0} bytes as {_name}";
    }

    private async Task<string> HeadAsync(CancellationToken cancellation) =>
        (await cold.HeadAsync(_name, cancellation))?.Length == ContentBytes ? "its length is right" : throw Wrong();

    private async Task<string> GetAsync(CancellationToken cancellation)
    {
        ColdObject? found = await cold.GetAsync(_name, ContentBytes, cancellation);
        return found is { } whole && whole.Content.Span.SequenceEqual(_content) ? "every byte is right" : throw Wrong();
    }

    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var part = new byte[100];
        bool found = await cold.ReadAsync(_name, 1000, part, cancellation);
        return found && part.AsSpan().SequenceEqual(_content.AsSpan(1000, 100)) ? "every byte is right" : throw Wrong();
    }

    private async Task<string> ListAsync(CancellationToken cancellation)
    {
        await foreach (ColdEntry _ in cold.ListAsync(_name, cancellation))
            return "found";
        throw Wrong();
    }

    private async Task<string> ConditionsAsync(CancellationToken cancellation) =>
        (await cold.ProbeAsync(cancellation)).ConditionalWrites
            ? "honoured: a second writer is kept out"
            : "NOT honoured: single-writer mode, make sure that one process at a time uses this store";

    private async Task<string> UnfinishedAsync(CancellationToken cancellation)
    {
        // Nothing was begun before 1970: this only looks.
        await cold.DiscardUnfinishedAsync(DateTimeOffset.UnixEpoch, cancellation);
        return "may be listed";
    }

    private async Task<string> DeleteAsync(CancellationToken cancellation)
    {
        await cold.DeleteAsync([_name], cancellation);
        return await cold.HeadAsync(_name, cancellation) is null ? "gone" : throw Wrong();
    }

    private async Task<string> LookAsync(CancellationToken cancellation) =>
        await cold.HeadAsync(Manifest, cancellation) is { } manifest
            ? $"holds one; its manifest has {Quantities.Bytes(manifest.Length)}"
            : "holds none yet";

    private static StoreException Wrong() =>
        new(StoreFault.Damaged, "It does not show what was just written: it is no store that answers with the newest state.");
}
