namespace Thermocline.Resp.Wire;

/// <summary>A list whose elements are still coming.</summary>
/// <param name="kind">What it is.</param>
/// <param name="count">Elements it will have.</param>
/// <param name="room">Elements room is made for now.</param>
internal sealed class RespList(RespKind kind, int count, int room)
{
    private RespValue[] _items = new RespValue[room];
    private int _length;

    public bool IsComplete => _length == count;

    public void Add(RespValue element)
    {
        if (_length == _items.Length)
            Array.Resize(ref _items, (int)Math.Min(count, _items.Length * 2L));
        _items[_length++] = element;
    }

    public RespValue Take() => new(kind, _items);
}
