namespace Thermocline.Resp;

/// <summary>What an answer is.</summary>
public enum RespKind
{
    /// <summary>Nothing, in any of its spellings.</summary>
    Null,

    /// <summary>A line of text, such as OK.</summary>
    Text,

    /// <summary>An error of the server.</summary>
    Error,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>True or false, as 1 or 0.</summary>
    Boolean,

    /// <summary>A number in its own spelling: a double or a large integer.</summary>
    Number,

    /// <summary>Answers in an order.</summary>
    Array,

    /// <summary>Names and values in turn.</summary>
    Map,

    /// <summary>What the server sent without being asked; callers never see it.</summary>
    Push,
}
