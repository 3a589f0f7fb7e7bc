using System.Globalization;

namespace Thermocline.Testing.Scale;

/// <summary>The API server's log of requests, read from mark to mark. A mark is a request of ours that names itself.</summary>
internal sealed class ServerLog(string file, AdminClient client)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private int _marks;

    /// <summary>Leaves a mark and waits until the log has it.</summary>
    /// <returns>Where the log goes on after it, in characters.</returns>
    public async Task<int> MarkAsync(CancellationToken cancellation)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"mark={++_marks}&");
        await client.GetAsync($"/api/v1/namespaces?{mark}limit=1", cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        while (true)
        {
            string text = await ReadAsync(limit.Token);
            if (text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at)
                return at;
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    /// <summary>Requests of others than ourselves and the server about a namespace, between two marks.</summary>
    public async Task<OwnRequests> BetweenAsync(int from, int to, string path, CancellationToken cancellation)
    {
        string text = await ReadAsync(cancellation);
        string[] lines =
        [
            .. text[from..to].Split('\n').Where(line => line.Contains("\"HTTP\" verb=", StringComparison.Ordinal)
                && (line.Contains(path + "/", StringComparison.Ordinal) || line.Contains(path + "?", StringComparison.Ordinal))
                && !line.Contains($"userAgent=\"{AdminClient.Agent}", StringComparison.Ordinal)
                && !line.Contains("userAgent=\"testcluster", StringComparison.Ordinal)),
        ];
        int reads = lines.Count(static line =>
            line.Contains("verb=\"GET\"", StringComparison.Ordinal) || line.Contains("verb=\"LIST\"", StringComparison.Ordinal));
        return new OwnRequests(reads, lines.Length - reads);
    }

    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }
}
