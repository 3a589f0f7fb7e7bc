using System.Collections.Concurrent;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Requests sent, repeated ones included, by method and status code; code 0 is no answer.</summary>
internal sealed class RequestCounts
{
    private readonly ConcurrentDictionary<(string Method, int Code), long> _counts = new();

    public long Total => _counts.Values.Sum();

    public IReadOnlyDictionary<(string Method, int Code), long> Snapshot() => new Dictionary<(string, int), long>(_counts);

    public void Add(HttpMethod method, int code) => _counts.AddOrUpdate((method.Method, code), 1, static (_, before) => before + 1);
}
