namespace Thermocline.Store.Cold;

/// <summary>Marks a failure as the meeting of two conditional writes, which is to be tried again and is nobody's illness.</summary>
internal sealed class ColdConflictException(Exception? inner) : Exception("Two conditional writes met.", inner);
