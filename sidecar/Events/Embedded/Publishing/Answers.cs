using Thermocline.Store;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>What publishers are told.</summary>
internal static class Answers
{
    public static PublishAnswer Busy { get; } = new(PublishOutcome.Busy, "The backlog of the topic is full. Try again later.", -1);

    public static PublishAnswer Closed { get; } = new(PublishOutcome.Unavailable, "The bus is closed.", -1);

    /// <summary>What the store's answer to a block means.</summary>
    public static PublishAnswer Of(in WriteAnswer answer, EngineHealth health)
    {
        health.NoteWritten();
        return answer.Outcome switch
        {
            WriteOutcome.Done => PublishAnswer.Done,
            WriteOutcome.Busy => new(PublishOutcome.Busy, "The store has too many writes to do. Try again later.", -1),
            _ => new(PublishOutcome.TooLarge, $"The store refused the block: {answer.Outcome}. Its values may be limited to less than a publication.", -1),
        };
    }

    /// <summary>What its failure means.</summary>
    public static PublishAnswer Of(StoreException failure, EngineHealth health)
    {
        health.NoteWrite(failure);
        return new(PublishOutcome.Unavailable, failure.Message, -1);
    }
}
