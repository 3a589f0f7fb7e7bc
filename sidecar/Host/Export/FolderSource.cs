using System.Buffers;
using Thermocline.Memory.Export;
using Thermocline.Sidecar.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Export;

/// <summary>Exports a data folder that no sidecar holds.</summary>
internal sealed class FolderSource : IExportSource
{
    private const int PieceBytes = 1 << 20;

    private readonly StoreFolder _folder;
    private readonly StoreSnapshot _snapshot;
    private readonly ExportCursor _cursor;

    private FolderSource(StoreFolder folder, ExportOrder order, byte[] after)
    {
        _folder = folder;
        _snapshot = folder.Store.Snapshot();
        _cursor = new ExportCursor(_snapshot, order.Selection, after);
        RecordsAtMost = order.Selection.Collection is null && order.Selection.Type is null ? folder.Store.Status.Keys : 0;
    }

    public ulong Sequence => _snapshot.Sequence;

    public long RecordsAtMost { get; }

    public ExportCounts Counts => _cursor.Counts;

    /// <summary>Opens the folder; a folder without a store is not made into one.</summary>
    /// <exception cref="ExportException">There is no store.</exception>
    /// <exception cref="StoreException">Locked by a running sidecar, or the disk failed.</exception>
    public static FolderSource Open(ExportOrder order, byte[] after, TimeProvider time)
    {
        if (!File.Exists(Path.Combine(order.Folder, "identity")))
            throw new ExportException($"There is no store in {order.Folder}: name its folder with --data.");
        StoreFolder folder = StoreFolder.Open(order.Folder, time);
        try
        {
            return new FolderSource(folder, order, after);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public ValueTask<bool> ReadAsync(ArrayBufferWriter<byte> output, CancellationToken cancellation) =>
        ValueTask.FromResult(_cursor.Fill(output, PieceBytes));

    public byte[]? LastKey() => _cursor.LastKey;

    public void Dispose()
    {
        _snapshot.Dispose();
        _folder.Dispose();
    }
}
