namespace Thermocline.Simulation.Tests;

/// <summary>The store did what the model does not allow.</summary>
public sealed class WorldException : Exception
{
    public WorldException()
    {
    }

    public WorldException(string message)
        : base(message)
    {
    }

    public WorldException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public static void Unless(bool allowed, string message)
    {
        if (!allowed)
            throw new WorldException(message);
    }
}
