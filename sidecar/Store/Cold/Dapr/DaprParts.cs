using System.Globalization;
using Thermocline.Store.Files;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>The bytes of longer objects, a few parts at a time. A part says whose it is, so that no other can stand in for it.</summary>
internal sealed class DaprParts(DaprStateApi api, DaprKeys keys)
{
    private const int AtOnce = 4;
    private const string Kind = "part";

    /// <summary>Writes all parts of a generation that nobody can see yet. Four parts are in RAM.</summary>
    public async Task WriteAsync(DaprHead head, IFile file, CancellationToken cancellation) =>
        await Parallel.ForAsync(0, head.Parts, Limits(cancellation), async (index, stop) =>
        {
            byte[] bytes = new byte[head.BytesOf(index)];
            if (file.Read(bytes, (long)index * DaprHead.PartBytes) != bytes.Length)
                throw new ArgumentException("The file got shorter while it was read.", nameof(file));
            await SaveAsync(head, index, bytes, stop);
        });

    /// <summary>The same from memory.</summary>
    public async Task WriteAsync(DaprHead head, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        await Parallel.ForAsync(0, head.Parts, Limits(cancellation), async (index, stop) =>
            await SaveAsync(head, index, content.Slice(index * DaprHead.PartBytes, head.BytesOf(index)), stop));

    /// <summary>Fills the destination from the parts it lies in; false when one is gone.</summary>
    /// <exception cref="StoreException">A part is not what was written.</exception>
    public async Task<bool> ReadAsync(DaprHead head, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        bool whole = true;
        int first = (int)(offset / DaprHead.PartBytes), end = (int)((offset + destination.Length - 1) / DaprHead.PartBytes) + 1;
        await Parallel.ForAsync(first, end, Limits(cancellation), async (index, stop) =>
        {
            if (await FetchAsync(head, index, stop) is not { } part)
            {
                whole = false;
                return;
            }

            long start = (long)index * DaprHead.PartBytes;
            long from = Math.Max(offset, start), to = Math.Min(offset + destination.Length, start + part.Length);
            part[(int)(from - start)..(int)(to - start)].CopyTo(destination[(int)(from - offset)..]);
        });
        return whole;
    }

    /// <summary>Deletes all parts of a generation that nobody can see any more.</summary>
    public async Task DeleteAsync(string id, int parts, CancellationToken cancellation) =>
        await Parallel.ForAsync(0, parts, Limits(cancellation), async (index, stop) =>
            await api.DeleteAsync("delete a part", keys.Part(id, index), null, stop));

    private static ParallelOptions Limits(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };

    private static string Particulars(DaprHead head, int index) => string.Create(CultureInfo.InvariantCulture, $"{head.Id} {index}");

    private async Task SaveAsync(DaprHead head, int index, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        byte[] record = DaprRecord.Write(Kind, Particulars(head, index), bytes.Span);
        await api.SaveAsync($"write {head.Name}", keys.Part(head.Id, index), record, ColdCondition.None, cancellation);
    }

    private async Task<ReadOnlyMemory<byte>?> FetchAsync(DaprHead head, int index, CancellationToken cancellation)
    {
        if (await api.GetAsync($"read {head.Name}", keys.Part(head.Id, index), cancellation) is not { } found)
            return null;
        DaprRecord record = DaprRecord.Read(head.Name, found.Bytes, Kind, 2);
        return string.Join(' ', record.Words) == Particulars(head, index) && record.Body.Length == head.BytesOf(index)
            ? record.Body
            : throw ColdFailure.Damaged(head.Name, $"has another part in place of part {index}");
    }
}
