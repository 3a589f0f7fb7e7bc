using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>Encryption of private collections.</summary>
internal sealed record EncryptionSpec
{
    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Secret that holds the keys. Empty: private collections are refused. Not acted on by this version.")]
    public string SecretName { get; set; } = "";
}
