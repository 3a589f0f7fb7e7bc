namespace Thermocline.Store;

/// <summary>The world failed under the store: says what, and where (file and byte offset, when known).</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreException(StoreFault fault, string message, string? file = null, long offset = -1, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        File = file;
        Offset = offset;
    }

    /// <summary>What failed.</summary>
    public StoreFault Fault { get; }

    /// <summary>The file concerned, relative to the data folder.</summary>
    public string? File { get; }

    /// <summary>The byte offset in <see cref="File"/>, or -1.</summary>
    public long Offset { get; }

    /// <summary>What the operating system refused, as one of ours.</summary>
    internal static StoreException Of(string what, IOException failure) => new(
        failure is Files.DiskFullException ? StoreFault.DiskFull : StoreFault.Io, $"{what} failed: {failure.Message}", null, -1, failure);

    /// <summary>Does something that may meet a failing disk.</summary>
    internal static T During<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException failure)
        {
            throw Of(what, failure);
        }
    }

    /// <summary>The same, for what waits.</summary>
    internal static async ValueTask<T> DuringAsync<T>(string what, Func<ValueTask<T>> action)
    {
        try
        {
            return await action();
        }
        catch (IOException failure)
        {
            throw Of(what, failure);
        }
    }
}
