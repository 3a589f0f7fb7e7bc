namespace Thermocline.Testing;

/// <summary>The power went away at this operation, or before it.</summary>
public sealed class PowerLostException : IOException
{
    public PowerLostException()
        : base("The power is off.")
    {
    }

    public PowerLostException(string message)
        : base(message)
    {
    }

    public PowerLostException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
