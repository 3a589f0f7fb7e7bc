namespace Thermocline.Store.Cold.Manifests;

/// <summary>
/// Reads the manifest of a store, claims the store and publishes changes. A claim raises the epoch; whoever claimed before finds
/// that at its next publication and is fenced for good. All members may be called by several threads at once.
/// </summary>
internal sealed class ManifestStore(IColdStore store, TimeProvider time) : IDisposable
{
    private const int TriesMax = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<string> _protected = [];
    private volatile ManifestStatus _status = new();
    private volatile ManifestReading? _known;
    private bool _conditions;

    /// <summary>Figures of this moment.</summary>
    public ManifestStatus Status => _status;

    /// <summary>The last manifest we know of, that is the one in force unless we were fenced; null before the claim.</summary>
    public Manifest? Current => _known?.Manifest;

    /// <summary>Reads the manifest in force; null when there is none.</summary>
    /// <exception cref="StoreException">Damaged, Unsupported, or the bucket fails or refuses.</exception>
    public async ValueTask<ManifestReading?> ReadAsync(CancellationToken cancellation) =>
        await store.GetAsync(ObjectNames.Manifest, Manifest.BytesMax, cancellation) is { } found
            ? new ManifestReading(ManifestText.Read(found.Content.Span), found.Tag)
            : null;

    /// <summary>Makes the store ours and returns the manifest that is in force from now on.</summary>
    /// <param name="storeId">Who the store is; another one's bucket is refused.</param>
    /// <param name="writer">Random id of this open: 32 lower-case hexadecimal digits.</param>
    /// <param name="before">Shown the manifest that is about to be replaced, or null; may refuse by raising an exception.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="StoreException">Damaged, Unsupported, somebody else's, or the bucket fails or refuses.</exception>
    public async ValueTask<Manifest> ClaimAsync(
        Guid storeId, string writer, Action<Manifest?> before, CancellationToken cancellation)
    {
        if (!ObjectNames.IsWriter(writer))
            throw new ArgumentException("A writer's id has 32 lower-case hexadecimal digits.", nameof(writer));
        await _turn.WaitAsync(cancellation);
        try
        {
            _conditions = (await store.ProbeAsync(cancellation)).ConditionalWrites;
            for (int attempt = 1; attempt <= TriesMax; attempt++)
            {
                ManifestReading? found = await ReadAsync(cancellation);
                Manifest claim = ClaimOn(found?.Manifest, storeId, writer);
                before(found?.Manifest);
                if (await PutAsync(claim, found?.Tag, cancellation) is { } mine)
                    return Keep(mine, new ManifestStatus { Epoch = claim.Epoch, SingleWriter = !_conditions });
                await Task.Delay(Pause * attempt, time, cancellation);
            }

            throw Restless("claimed");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Applies a change to the manifest in force and publishes the result, which is in force when this returns.
    /// </summary>
    /// <param name="change">
    /// Pure. May be applied several times, also to a manifest in which it has already taken place (an earlier attempt whose answer was
    /// lost). Epoch, writer, generation and time are set here. Returning its argument publishes nothing.
    /// </param>
    /// <param name="cancellation">Ends it; whether the change took place is then unknown.</param>
    /// <exception cref="StoreException">
    /// <see cref="StoreFault.Fenced"/> when somebody claimed the store since, now and at every later call;
    /// <see cref="StoreFault.Full"/> at a limit; or the bucket fails or refuses, and whether the change took place is unknown.
    /// </exception>
    public async ValueTask<Manifest> PublishAsync(Func<Manifest, Manifest> change, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _turn.WaitAsync(cancellation);
        try
        {
            ManifestReading known = Claimed();
            ManifestReading ground = _conditions ? known : await InForceAsync(known, cancellation);
            for (int attempt = 1; attempt <= TriesMax; attempt++)
            {
                Manifest changed = change(ground.Manifest);
                if (ReferenceEquals(changed, ground.Manifest))
                    return Keep(ground, _status);
                if (await PutAsync(Next(changed, ground.Manifest, known.Manifest), ground.Tag, cancellation) is { } mine)
                    return Keep(mine, _status with { Published = _status.Published + 1, PublishedAt = time.GetUtcNow() });
                await Task.Delay(Pause * (attempt - 1), time, cancellation);
                ground = await InForceAsync(known, cancellation);
                _status = _status with { Reapplied = _status.Reapplied + 1 };
            }

            throw Restless("published");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes sure that nobody else had claimed the store when this was called.</summary>
    /// <exception cref="StoreException"><see cref="StoreFault.Fenced"/>, or the bucket fails or refuses.</exception>
    public async ValueTask CheckIsOursAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await InForceAsync(Claimed(), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Keeps the collector off an object that is about to be uploaded, or found there, and named in the next manifest. Dispose it
    /// after that manifest.
    /// </summary>
    public async ValueTask<IDisposable> ProtectAsync(string name, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            lock (_protected)
            {
                if (!_protected.Add(name))
                    throw new InvalidOperationException($"{name} is protected already.");
            }

            return new Protection(this, name);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Deletes those of some objects that the manifest in force, read anew, does not name and nobody protects. Nothing is published
    /// and nothing gets protected meanwhile.
    /// </summary>
    /// <returns>The names that were deleted.</returns>
    /// <exception cref="StoreException"><see cref="StoreFault.Fenced"/>, or the bucket fails or refuses.</exception>
    public async ValueTask<IReadOnlyList<string>> DeleteUnreferencedAsync(
        IReadOnlyList<string> names, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ManifestReading inForce = await InForceAsync(Claimed(), cancellation);
            GarbageCollection rule = new(inForce.Manifest);
            string[] unreferenced;
            lock (_protected)
                unreferenced = [.. names.Where(name => rule.IsGarbage(name) && !_protected.Contains(name))];
            await store.DeleteAsync(unreferenced, cancellation);
            return unreferenced;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static StoreException Restless(string what) => ColdFailure.Unavailable(
        $"be {what}", $"the manifest was another one at each of {TriesMax} attempts.");

    private Manifest ClaimOn(Manifest? before, Guid storeId, string writer)
    {
        if (before is not null && before.StoreId != storeId)
        {
            throw ColdFailure.Refused("be claimed",
                $"{store.Name} belongs to store {before.StoreId}, and this is {storeId}. Choose another bucket or prefix.");
        }

        var first = new Manifest
        {
            StoreId = storeId,
            Epoch = 0,
            Writer = writer,
            Generation = 0,
            Segments = [],
            Tails = [],
            UpdatedMs = 0,
        };
        Manifest ground = before ?? first;
        return ground with
        {
            Epoch = ground.Epoch + 1,
            Writer = writer,
            Generation = ground.Generation + 1,
            UpdatedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
    }

    private Manifest Next(Manifest changed, Manifest ground, Manifest claim) => changed with
    {
        Version = Manifest.VersionKnown,
        StoreId = claim.StoreId,
        Epoch = claim.Epoch,
        Writer = claim.Writer,
        Generation = ground.Generation + 1,
        UpdatedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private ManifestReading Claimed()
    {
        if (_status.FencedBy is { } other)
            throw Fenced(other);
        return _known ?? throw new InvalidOperationException("The store was not claimed.");
    }

    // What we may build on. A read may show an earlier manifest than the one we wrote, and without conditions an earlier one may
    // even arrive late and replace it: never build on those.
    private async ValueTask<ManifestReading> InForceAsync(ManifestReading known, CancellationToken cancellation)
    {
        ManifestReading? read = await ReadAsync(cancellation);
        if (read is null)
            throw ColdFailure.Refused("be published to", $"the manifest of {store.Name} is gone. Somebody deleted it; put it back.");
        Manifest ours = known.Manifest, theirs = read.Manifest;
        if (theirs.StoreId != ours.StoreId || theirs.Epoch > ours.Epoch
            || (theirs.Epoch == ours.Epoch && theirs.Writer != ours.Writer))
        {
            string other = $"epoch {theirs.Epoch} of writer {theirs.Writer}";
            _status = _status with { FencedBy = other };
            throw Fenced(other);
        }

        bool newer = _conditions ? theirs.Generation >= ours.Generation : theirs.Generation > ours.Generation;
        return theirs.IsHeldBy(ours.Epoch, ours.Writer) && newer ? read : known;
    }

    private StoreException Fenced(string other) => new(
        StoreFault.Fenced,
        $"{store.Name} was claimed by another process ({other}; ours was {_status.Epoch}). This one ships nothing any more. "
        + "Stop one of the two.", ObjectNames.Manifest);

    private async ValueTask<ManifestReading?> PutAsync(Manifest manifest, string? tag, CancellationToken cancellation)
    {
        ColdCondition condition = !_conditions ? ColdCondition.None
            : tag is null ? ColdCondition.IfAbsent
            : ColdCondition.IfVersion(tag);
        ColdPut put = await store.PutAsync(ObjectNames.Manifest, ManifestText.Write(manifest), condition, cancellation);
        return put.Tag is { } written ? new ManifestReading(manifest, written) : null;
    }

    private Manifest Keep(ManifestReading inForce, ManifestStatus status)
    {
        _known = inForce;
        _status = status with { Generation = inForce.Manifest.Generation };
        return inForce.Manifest;
    }

    private sealed class Protection(ManifestStore owner, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._protected)
                owner._protected.Remove(name);
        }
    }
}
