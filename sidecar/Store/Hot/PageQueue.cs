namespace Thermocline.Store.Hot;

/// <summary>Pages first in, first out, linked through themselves: a page that changes queues needs no memory to do so.</summary>
internal sealed class PageQueue
{
    private HotPage? _first;
    private HotPage? _last;

    public int Count { get; private set; }

    public void Enqueue(HotPage page)
    {
        if (_last is null)
            _first = page;
        else
            _last.Behind = page;
        _last = page;
        Count++;
    }

    public HotPage? TryDequeue()
    {
        HotPage? page = _first;
        if (page is null)
            return null;
        _first = page.Behind;
        page.Behind = null;
        if (_first is null)
            _last = null;
        Count--;
        return page;
    }
}
