using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>A block on its way into the store, and who waits for it.</summary>
internal sealed class PendingBlock : IThreadPoolWorkItem
{
    private Publication? _last;
    private Topic? _topic;
    private PublishAnswer _answer;

    public BlockWriter Writer { get; } = new();

    /// <summary>Bytes that were reserved for it: never less than it has.</summary>
    public int Reserved { get; private set; }

    public Publication? First { get; private set; }

    public void Add(Publication publication, long nowMs)
    {
        Writer.Add(publication.Events.Span, publication.Encoded, nowMs);
        Reserved += publication.Encoded;
        if (_last is null)
            First = publication;
        else
            _last.Next = publication;
        _last = publication;
    }

    /// <summary>Has the topic announce on a thread of the pool how it ended.</summary>
    public void AnswerLater(Topic topic, in PublishAnswer answer)
    {
        _topic = topic;
        _answer = answer;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _topic!.Announce(this, _answer);

    /// <summary>Answers all that wait for it, and gives its memory back.</summary>
    public void Answer(in PublishAnswer answer)
    {
        Publication? next = First;
        while (next is { } publication)
        {
            // Once it is answered it belongs to its next user.
            next = publication.Next;
            publication.Answer(answer);
        }

        Writer.Clear();
        First = _last = null;
        Reserved = 0;
    }
}
