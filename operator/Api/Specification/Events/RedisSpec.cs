using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Events;

/// <summary>One Redis server, not a Redis Cluster.</summary>
[ValidationRule("self.user == '' || self.passwordSecretName != ''", Wording.UserPassword, ".user")]
internal sealed record RedisSpec
{
    private static readonly RedisConfiguration Standard = new();

    [Required]
    [Length(3, 260)]
    [ValidationRule($"self.matches('{Wording.Server}')", Wording.ServerAddress)]
    [Description("Where it is, as host:port.")]
    public string Server { get; set; } = "";

    [Length(0, 128)]
    [ValidationRule($"self.matches('{Wording.User}')", Wording.UserName)]
    [Description("The user there, with passwordSecretName. Empty: the server's default one.")]
    public string User { get; set; } = Standard.User;

    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Secret with the key password, read when a sidecar starts. Empty: none is asked for.")]
    public string PasswordSecretName { get; set; } = "";

    [RangeMinimum(0)]
    [RangeMaximum(1_000)]
    [Description("The database.")]
    public int Database { get; set; } = Standard.Database;

    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.Host}')", Wording.HostName)]
    [Description("Name that the server's certificate has to bear. Empty: no TLS.")]
    public string TlsHost { get; set; } = Standard.TlsHost;

    [Length(1, 64)]
    [ValidationRule($"self.matches('{Wording.Printable}')", Wording.PrintableText)]
    [Description("What the names of all keys start with. Sidecars that share it share their topics.")]
    public string Prefix { get; set; } = Standard.Prefix;
}
