using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Open;

/// <summary>An engine that is filled, stopped, and opened again.</summary>
internal interface IOpenEngine
{
    void Build(string folder, KeySpace space);

    /// <summary>Opens, copies the value of one key and closes; <paramref name="found"/> is called between the copy and the close.</summary>
    void OpenAndGet(string folder, int index, byte[] value, Action found);
}
