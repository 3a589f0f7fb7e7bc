using System.Globalization;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// Keys of records: FORMAT.md, <em>In a state store of Dapr's</em>. A tilde stands for each slash, since keys travel in paths of
/// URLs and some stores refuse slashes; it is in no object's name, and two in a row end the prefix.
/// </summary>
internal sealed class DaprKeys(string prefix)
{
    private readonly string _start = prefix.TrimEnd('/').Replace('/', '~') + "~~";

    public string Head(string name) => $"{_start}o~{name.Replace('/', '~')}";

    public string Part(string id, int index) => string.Create(CultureInfo.InvariantCulture, $"{_start}p~{id}~{index:D6}");

    public string Page(int page) => string.Create(CultureInfo.InvariantCulture, $"{_start}i~{page:D2}");

    public string Trial(string id) => $"{_start}t~{id}";
}
