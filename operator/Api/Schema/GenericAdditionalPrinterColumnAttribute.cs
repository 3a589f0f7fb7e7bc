namespace Thermocline.Operator.Api.Schema;

/// <summary>A column of <c>kubectl get</c>, in the order in which they stand.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class GenericAdditionalPrinterColumnAttribute(string jsonPath, string name, string type, string description) : Attribute
{
    /// <summary>Where its value is.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>Its head.</summary>
    public string Name { get; } = name;

    /// <summary>Its type: string, integer or date.</summary>
    public string Type { get; } = type;

    /// <summary>What it says.</summary>
    public string Description { get; } = description;
}
