namespace Thermocline.Operator.Cluster.Connection;

/// <summary>Small files that are read whole.</summary>
internal static class TextFile
{
    private const int BytesMax = 4 << 20;

    /// <exception cref="ConnectionException">It cannot be read, or is too large to be what it should be.</exception>
    public static string Read(string path, string? askedIn = null, string? field = null)
    {
        string where = askedIn ?? path;
        try
        {
            if (new FileInfo(path).Length > BytesMax)
                throw new ConnectionException(where, field, $"{path} is larger than {BytesMax} bytes");
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectionException(where, field, $"{path} cannot be read: {failure.Message}", failure);
        }
    }
}
