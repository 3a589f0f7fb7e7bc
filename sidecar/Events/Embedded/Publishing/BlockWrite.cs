using System.Runtime.CompilerServices;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>The one write of a topic that is under way. Allocates nothing for a block, as an async method would.</summary>
/// <param name="parts">The engine.</param>
/// <param name="onWritten">Called when the write is over, as a rule on the thread that commits.</param>
internal sealed class BlockWrite(EngineParts parts, Action onWritten)
{
    private ConfiguredValueTaskAwaitable<WriteAnswer>.ConfiguredValueTaskAwaiter _written;

    /// <summary>Null when the write is on its way, else how it ended already.</summary>
    public PublishAnswer? Begin(in WriteOperation operation)
    {
        try
        {
#pragma warning disable CA2012 // The awaiter is asked once: here, or by the callback.
            var written = parts.Store.WriteAsync(operation).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (written.IsCompleted)
                return AnswerOf(written);
            _written = written;
            written.UnsafeOnCompleted(onWritten);
            return null;
        }
        catch (StoreException failure)
        {
            return Answers.Of(failure, parts.Health);
        }
    }

    /// <summary>How the write ended: asked once.</summary>
    public PublishAnswer End() => AnswerOf(_written);

    private PublishAnswer AnswerOf(in ConfiguredValueTaskAwaitable<WriteAnswer>.ConfiguredValueTaskAwaiter written)
    {
        try
        {
            return Answers.Of(written.GetResult(), parts.Health);
        }
        catch (StoreException failure)
        {
            return Answers.Of(failure, parts.Health);
        }
    }
}
