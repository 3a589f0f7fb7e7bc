using Google.Protobuf;
using Thermocline.Events;
using Thermocline.Protocol.Components;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>Publications of some events each, encoded before they are timed, as Redis' commands are.</summary>
internal sealed class PublishCalls : ICalls
{
    private readonly CallFrames _frames;
    private readonly byte[][] _messages;

    public PublishCalls(EventDraft[] events, int batch)
    {
        _frames = new CallFrames(batch == 1 ? "PubSub/Publish" : "PubSub/BulkPublish");
        _messages = [.. events.Chunk(batch).Select(part => batch == 1 ? Single(part[0]) : Bulk(part))];
        int bytes = _messages.Max(static message => message.Length);
        BytesMax = bytes + CallFrames.OverheadBytes + (bytes >> 10);
    }

    public int BytesMax { get; }

    public int Write(int stream, bool isFirst, int drawn, Span<byte> destination) =>
        _frames.Write(stream, isFirst, _messages[drawn % _messages.Length], destination);

    private static byte[] Single(EventDraft draft) => new PublishRequest
    {
        Data = UnsafeByteOperations.UnsafeWrap(draft.Payload),
        PubsubName = "bench",
        Topic = "bench",
        Metadata = { ["partitionKey"] = draft.Context },
    }.ToByteArray();

    private static byte[] Bulk(EventDraft[] drafts)
    {
        var request = new BulkPublishRequest { PubsubName = "bench", Topic = "bench" };
        for (int i = 0; i < drafts.Length; i++)
        {
            request.Entries.Add(new BulkMessageEntry
            {
                EntryId = $"{i}",
                Event = UnsafeByteOperations.UnsafeWrap(drafts[i].Payload),
                Metadata = { ["partitionKey"] = drafts[i].Context },
            });
        }

        return request.ToByteArray();
    }
}
