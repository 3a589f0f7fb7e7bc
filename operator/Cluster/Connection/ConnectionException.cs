namespace Thermocline.Operator.Cluster.Connection;

/// <summary>Where the cluster is, or who we are, cannot be read: names the file and the field, never what stands in it.</summary>
internal sealed class ConnectionException(string file, string? field, string why, Exception? inner = null)
    : Exception(field is null ? $"{file}: {why}" : $"{file}: {field}: {why}", inner)
{
    public string File { get; } = file;

    public string? Field { get; } = field;
}
