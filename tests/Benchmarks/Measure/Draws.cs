namespace Thermocline.Benchmarks.Measure;

/// <summary>
/// Numbers one writer draws in one turn. Each stands for a key (the number modulo the keys there are) and, when put,
/// for a value of its own: putting again what is already there would let an engine skip its write.
/// </summary>
internal sealed class Draws(ulong seed, int turn, int writer)
{
    private readonly ulong _origin = KeySpace.Mix(seed ^ ((ulong)turn << 32) ^ (ulong)writer);
    private ulong _drawn;

    public int Next() => (int)(KeySpace.Mix(_origin ^ ++_drawn) >> 33);
}
