using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Certificates;

/// <summary>The certificates as they lie in the Secret.</summary>
internal static class CertificateSecret
{
    private const string Authority = "ca.crt", AuthorityKey = "ca.key", Previous = "previous-ca.crt";
    private const string Serving = "tls.crt", ServingKey = "tls.key";

    /// <summary>What is in the Secret; what is missing or no text is empty, which the plan takes as damaged.</summary>
    public static CertificateFiles Read(AnyObject secret) => new(
        Text(secret, Authority), Text(secret, AuthorityKey), Text(secret, Serving), Text(secret, ServingKey), Text(secret, Previous));

    /// <summary>The fields that are applied.</summary>
    /// <param name="files">What it is to hold.</param>
    /// <param name="version">The version it must still have; null for one that is not there.</param>
    public static JsonObject Fields(CertificateFiles files, string? version)
    {
        var held = new JsonObject
        {
            [Authority] = Encoded(files.Authority),
            [AuthorityKey] = Encoded(files.AuthorityKey),
            [Serving] = Encoded(files.Serving),
            [ServingKey] = Encoded(files.ServingKey),
            [Previous] = Encoded(files.PreviousAuthority),
        };
        var metadata = new JsonObject
        {
            ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = Names.FieldManager },
        };
        if (version is not null)
            metadata["resourceVersion"] = version;
        return new JsonObject { ["metadata"] = metadata, ["type"] = "Opaque", ["data"] = held };
    }

    private static string Text(AnyObject secret, string key)
    {
        try
        {
            return (string?)secret.Fields?["data"]?[key] is { } encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded)) : "";
        }
        catch (Exception foreign) when (foreign is FormatException or InvalidOperationException)
        {
            return "";
        }
    }

    private static string Encoded(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}
