using System.Collections.Concurrent;
using Thermocline.EndToEnd.Tests.Cold;
using Thermocline.Testing;
using Thermocline.Testing.S3;
using Xunit;

[assembly: AssemblyFixture(typeof(S3Services))]

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>
/// One service of each kind for all tests, started when the first of them asks. A test whose service cannot be started is
/// skipped, except in CI, where it fails. A bucket named in the environment stands in for moto; what needs Swift is skipped then.
/// </summary>
public sealed class S3Services : IAsyncDisposable
{
    private readonly ConcurrentDictionary<S3Kind, Lazy<Task<(S3Endpoint? Endpoint, string Missing)>>> _starts = new();
    private readonly ConcurrentBag<S3Service> _services = [];

    public async Task<S3Endpoint> UseAsync(S3Kind kind)
    {
        if (S3Endpoint.FromEnvironment() is { } named)
        {
            Assert.SkipWhen(kind == S3Kind.Swift, $"{S3Endpoint.Variable} names the one bucket to use.");
            return named;
        }

        (S3Endpoint? endpoint, string missing) = await _starts.GetOrAdd(kind, _ => new(() => StartAsync(kind))).Value;
        return Required.Found(endpoint, missing);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (S3Service service in _services)
            await service.DisposeAsync();
    }

    private async Task<(S3Endpoint? Endpoint, string Missing)> StartAsync(S3Kind kind)
    {
        if (S3Service.Program is not { } program)
            return (null, S3Service.Missing);
        S3Service service = S3Service.Start(kind, program);
        _services.Add(service);
        S3Endpoint? endpoint = await service.ReadyAsync(CancellationToken.None);
        return (endpoint, $"{kind} did not start:\n{service.Log}");
    }
}
