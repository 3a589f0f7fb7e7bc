using System.Runtime.CompilerServices;
using Thermocline.Store.Cold;
using Thermocline.Store.Files;

namespace Thermocline.Store.Tests.Cold;

/// <summary>A store whose listings break off after so many entries past the last one that got through.</summary>
internal sealed class BreakingListing(IColdStore inner, int entries) : IColdStore
{
    private int _breaks = 1;

    public string Name => inner.Name;

    public async IAsyncEnumerable<ColdEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        int given = 0;
        await foreach (ColdEntry entry in inner.ListAsync(prefix, cancellation))
        {
            if (given++ == entries * _breaks)
            {
                _breaks++;
                throw new StoreException(StoreFault.ColdUnavailable, "The listing broke off.");
            }

            yield return entry;
        }
    }

    public ValueTask<ColdAbilities> ProbeAsync(CancellationToken cancellation) => inner.ProbeAsync(cancellation);

    public ValueTask<ColdPut> PutAsync(
        string name, ReadOnlyMemory<byte> content, ColdCondition condition, CancellationToken cancellation) =>
        inner.PutAsync(name, content, condition, cancellation);

    public ValueTask<ColdPut> UploadAsync(string name, IFile file, ColdCondition condition, CancellationToken cancellation) =>
        inner.UploadAsync(name, file, condition, cancellation);

    public ValueTask<ColdHead?> HeadAsync(string name, CancellationToken cancellation) => inner.HeadAsync(name, cancellation);

    public ValueTask<ColdObject?> GetAsync(string name, int bytesMax, CancellationToken cancellation) =>
        inner.GetAsync(name, bytesMax, cancellation);

    public ValueTask<bool> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation) =>
        inner.ReadAsync(name, offset, destination, cancellation);

    public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation) =>
        inner.DeleteAsync(names, cancellation);

    public ValueTask<int> DiscardUnfinishedAsync(DateTimeOffset begunBefore, CancellationToken cancellation) =>
        inner.DiscardUnfinishedAsync(begunBefore, cancellation);

    public void Dispose() => inner.Dispose();
}
