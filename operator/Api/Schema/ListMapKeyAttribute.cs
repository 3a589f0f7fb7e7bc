namespace Thermocline.Operator.Api.Schema;

/// <summary>The field of its items by which a list is merged: it occurs once.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListMapKeyAttribute(string key) : Attribute
{
    /// <summary>Name of the field.</summary>
    public string Key { get; } = key;
}
