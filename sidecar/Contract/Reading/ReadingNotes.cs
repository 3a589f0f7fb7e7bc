namespace Thermocline.Contract.Reading;

/// <summary>What a reader of sections writes down on its way.</summary>
internal sealed class ReadingNotes
{
    /// <summary>Everything that is wrong.</summary>
    public List<Mistake> Mistakes { get; } = [];

    /// <summary>What was configured and is not acted on yet.</summary>
    public List<string> NotActedOn { get; } = [];
}
