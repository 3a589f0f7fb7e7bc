namespace Thermocline.Store.Records;

/// <summary>Whether a read says something about how much a record is used.</summary>
internal enum ReadPurpose
{
    /// <summary>It is wanted: counted, and brought into the hot tier.</summary>
    Use,

    /// <summary>It is looked at in passing: nothing changes.</summary>
    Look,
}
