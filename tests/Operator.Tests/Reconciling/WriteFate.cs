namespace Thermocline.Operator.Tests.Reconciling;

/// <summary>What happens at a write.</summary>
public enum WriteFate
{
    /// <summary>The operator dies before it is sent.</summary>
    DiesBefore,

    /// <summary>It is carried out, and the operator dies before it hears of it.</summary>
    DiesAfter,

    /// <summary>Somebody else was quicker.</summary>
    Conflict,
}
