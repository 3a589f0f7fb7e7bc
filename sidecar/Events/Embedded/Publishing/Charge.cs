using Thermocline.Store.Accounting;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>The part of an account that one owner among several holds. The owner's lock is held.</summary>
internal sealed class Charge(MemoryAccount account)
{
    private long _bytes;

    public void Set(long bytes)
    {
        if (bytes > _bytes)
            account.Charge(bytes - _bytes);
        else
            account.Release(_bytes - bytes);
        _bytes = bytes;
    }
}
