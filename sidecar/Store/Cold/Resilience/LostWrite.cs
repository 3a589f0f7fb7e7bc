using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Resilience;

/// <summary>Looks whether a write whose answer was lost took place: the object is there and has its bytes, every one of them.</summary>
internal static class LostWrite
{
    private const int PieceBytes = 4 << 20;

    /// <summary>The version tag of the object when its content is this; else null.</summary>
    public static async ValueTask<string?> FindAsync(
        IColdStore store, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        ColdHead? head = await store.HeadAsync(name, cancellation);
        if (head?.Length != content.Length)
            return null;
        ColdObject? there = await store.GetAsync(name, content.Length, cancellation);
        return there is not null && there.Content.Span.SequenceEqual(content.Span) ? there.Tag : null;
    }

    /// <summary>The version tag of the object when its content is that of the file; else null.</summary>
    public static async ValueTask<string?> FindAsync(
        IColdStore store, string name, IFile file, CancellationToken cancellation)
    {
        ColdHead? head = await store.HeadAsync(name, cancellation);
        if (head is not { } there || there.Length != file.Length)
            return null;
        byte[] ours = new byte[Math.Min(PieceBytes, there.Length)], theirs = new byte[ours.Length];
        for (long offset = 0; offset < there.Length; offset += ours.Length)
        {
            int size = (int)Math.Min(ours.Length, there.Length - offset);
            if (!await store.ReadAsync(name, offset, theirs.AsMemory(0, size), cancellation)
                || file.Read(ours.AsSpan(0, size), offset) != size
                || !ours.AsSpan(0, size).SequenceEqual(theirs.AsSpan(0, size)))
            {
                return null;
            }
        }

        return there.Tag;
    }

    /// <summary>The same, where the store not answering leaves the question open.</summary>
    public static async ValueTask<string?> TryAsync(Func<ValueTask<string?>> find)
    {
        try
        {
            return await find();
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.ColdUnavailable or StoreFault.Damaged)
        {
            return null;
        }
    }
}
