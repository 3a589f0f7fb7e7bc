namespace Thermocline.Testing.Cold;

/// <summary>What a store does with conditional writes.</summary>
public enum ConditionSupport
{
    Honoured,

    /// <summary>As Swift: an error.</summary>
    Refused,

    /// <summary>As servers that know nothing of the header: the write takes place.</summary>
    Ignored,
}
