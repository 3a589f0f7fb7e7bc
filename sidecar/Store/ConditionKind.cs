namespace Thermocline.Store;

internal enum ConditionKind : byte
{
    None,
    Absent,
    Present,
    Sequence,
}
