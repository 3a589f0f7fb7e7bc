namespace Thermocline.Store.Cold.S3;

/// <summary>Which bucket, and how to reach it. <see cref="Validate"/> checks every value.</summary>
public sealed record S3Options
{
    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// What every object's name starts with, such as <c>agents/</c>; a slash at its end is added. Empty: the whole bucket.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>Region of the bucket; part of each signature.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Address of an S3-compatible service, such as <c>http://127.0.0.1:9000</c>; null for the region's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// Where the credentials come from. Null: the SDK's own search, that is the usual environment variables, a shared profile,
    /// the container's or the machine's role.
    /// </summary>
    public S3Credentials? Credentials { get; init; }

    /// <summary>Connections to the service at most: 1 to 256.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>From this length a file is sent in parts: 5 MiB to 1 GiB.</summary>
    public long MultipartBytesMin { get; init; } = 16 << 20;

    /// <summary>Bytes of one part: 5 MiB to 64 MiB. Two parts at a time are in RAM.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>Entries of one page of a listing; S3 gives 1,000 at most.</summary>
    internal int PageEntries { get; init; } = 1000;

    /// <summary>The prefix with its slash.</summary>
    internal string KeyPrefix => Prefix.Length == 0 || Prefix.EndsWith('/') ? Prefix : Prefix + "/";

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        if (string.IsNullOrWhiteSpace(Bucket))
            mistakes.Add($"{nameof(Bucket)} is empty.");
        if (string.IsNullOrWhiteSpace(Region))
            mistakes.Add($"{nameof(Region)} is empty.");
        if (Prefix.Length > 0 && !ColdName.IsValid(Prefix.TrimEnd('/')))
            mistakes.Add($"{nameof(Prefix)} is '{Prefix}'; it may have letters, digits, '/', '-', '.' and '_', and no empty part.");
        if (Endpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https")))
            mistakes.Add($"{nameof(Endpoint)} is '{endpoint}'; it must be an http or https address.");
        Range(mistakes, nameof(ConnectionsMax), ConnectionsMax, 1, 256);
        Range(mistakes, nameof(MultipartBytesMin), MultipartBytesMin, 5 << 20, 1 << 30);
        Range(mistakes, nameof(PartBytes), PartBytes, 5 << 20, 64 << 20);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }

    private static void Range(List<string> mistakes, string name, long value, long least, long most)
    {
        if (value < least || value > most)
            mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
    }
}
