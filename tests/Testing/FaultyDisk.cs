using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>
/// The state of the modelled disk: what is visible, what is durable, what lies between, and the operation at which it
/// fails. Not safe for several threads: <see cref="FaultyFiles"/> holds its lock around every call.
/// </summary>
internal sealed class FaultyDisk
{
    private readonly FaultyNames _durable;
    private readonly List<UnsyncedWrite> _writes = [];
    private readonly List<NameChange> _changes = [];
    private readonly List<FileOperation> _operations = [];

    public FaultyDisk(FaultyNames names)
    {
        Visible = names.Copy();
        _durable = names;
    }

    public FaultyNames Visible { get; }

    public IReadOnlyList<FileOperation> Operations => _operations;

    public (int Number, Tear Tear) Failure { get; set; } = (-1, Tear.None);

    public (int Number, Tear Tear) Crash { get; set; } = (-1, Tear.None);

    public bool Off { get; private set; }

    /// <summary>Bytes that files may have in all, reserved ones included.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>The operation from which on nothing finds space, and how much of a write is done all the same.</summary>
    public (int Number, Tear Tear) Full { get; set; } = (int.MaxValue, Tear.None);

    /// <summary>Numbers an operation and does it, or fails, or loses power at it.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="path">The file or directory.</param>
    /// <param name="range">Offset and bytes, for the record.</param>
    /// <param name="effect">Does it, as far as a tear says.</param>
    /// <param name="needed">Bytes by which files grow; negative for what needs no space at all.</param>
    public void Do(
        FileOperationKind kind, string path, (long Offset, long Bytes) range, Action<Tear> effect, long needed = -1)
    {
        var operation = new FileOperation(_operations.Count, kind, path, range.Offset, range.Bytes);
        _operations.Add(operation);
        if (operation.Number == Crash.Number)
        {
            // What the interrupted call would have changed is unsynced like all else: the tear decides about it. A
            // flush or sync that did not end has made nothing durable for certain.
            if (kind is not (FileOperationKind.Flush or FileOperationKind.SyncDirectory))
            {
                effect(Tear.All);
            }

            Off = true;
            throw new PowerLostException($"The power was cut at operation {operation.Number}, {kind} of '{path}'.");
        }

        if (operation.Number >= Full.Number && needed >= 0)
        {
            if (kind == FileOperationKind.Write)
                effect(Full.Tear);
            throw new DiskFullException($"The disk is full at operation {operation.Number}, {kind} of '{path}'.");
        }

        if (needed > 0 && needed > Capacity - Used)
        {
            throw new DiskFullException($"The disk is full: {kind} of '{path}' needs {needed} bytes.");
        }

        if (operation.Number == Failure.Number)
        {
            effect(Failure.Tear);
            throw new IOException($"Operation {operation.Number}, {kind} of '{path}', was made to fail.");
        }

        effect(Tear.All);
    }

    private long Used => Visible.Entries.Sum(static entry => entry.Value?.Visible.Length ?? 0);

    public void Write(UnsyncedWrite write, Tear tear)
    {
        foreach (UnsyncedWrite piece in Survivors.Of([write], tear))
        {
            piece.ApplyTo(piece.Node.Visible);
            if (piece.Units > 0)
            {
                _writes.Add(piece);
            }
        }
    }

    public void Flush(FaultyNode node, Tear tear)
    {
        UnsyncedWrite[] pending = [.. _writes.Where(write => write.Node == node)];
        _writes.RemoveAll(write => write.Node == node);
        foreach (UnsyncedWrite write in Survivors.Of(pending, tear))
        {
            write.ApplyTo(node.Durable);
        }
    }

    public void Change(NameChange change, Tear tear)
    {
        foreach (NameChange done in Survivors.Of([change], tear))
        {
            Visible.Apply(done);
            _changes.Add(done);
        }
    }

    public void Sync(string directory, Tear tear)
    {
        foreach (NameChange change in Survivors.Of(TakeChanges(directory), tear))
        {
            _durable.Apply(change);
        }
    }

    /// <summary>What is found when the power comes back; it is off from now on.</summary>
    public FaultyNames Image(Tear tear)
    {
        Off = true;
        FaultyNames names = _durable.Copy();
        foreach (NameChange change in Survivors.Of(_changes, tear))
        {
            names.Apply(change);
        }

        names.DropUnreachable();
        return WithSurvivingBytes(names, tear);
    }

    // A rename between two directories is one change: syncing either makes it durable, and with it everything that
    // happened before it in the other directory, or an old change could overtake a newer one.
    private List<NameChange> TakeChanges(string directory)
    {
        HashSet<string> directories = [directory];
        List<NameChange> taken = [];
        for (int i = _changes.Count - 1; i >= 0; i--)
        {
            if (_changes[i].Touches(directories))
            {
                directories.UnionWith(_changes[i].Directories);
                taken.Insert(0, _changes[i]);
                _changes.RemoveAt(i);
            }
        }

        return taken;
    }

    private FaultyNames WithSurvivingBytes(FaultyNames names, Tear tear)
    {
        Dictionary<FaultyNode, PagedBytes> contents = [];
        foreach (FaultyNode node in names.Entries.Select(entry => entry.Value).OfType<FaultyNode>())
        {
            contents.Add(node, node.Durable.Copy());
        }

        foreach (UnsyncedWrite write in Survivors.Of(_writes, tear))
        {
            if (contents.TryGetValue(write.Node, out PagedBytes? content))
            {
                write.ApplyTo(content);
            }
        }

        // New nodes: the image must not share content with the disk it came from.
        var image = new FaultyNames();
        foreach ((string path, FaultyNode? node) in names.Entries)
        {
            image.Apply(new NameChange(null, path, node is null ? null : new FaultyNode(contents[node])));
        }

        return image;
    }
}
