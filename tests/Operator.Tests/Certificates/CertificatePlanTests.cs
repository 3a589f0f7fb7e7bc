using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Thermocline.Operator.Certificates;
using Thermocline.Operator.Cluster.Objects;
using Xunit;

namespace Thermocline.Operator.Tests.Certificates;

public sealed class CertificatePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly CertificateOptions Options = new() { Namespace = "thermocline-system", Service = "webhook" };

    [Fact]
    public void What_was_made_is_kept_until_two_thirds_of_its_life()
    {
        CertificateFiles made = Make();
        Assert.Equal(CertificateStep.Keep, Step(made, Now));
        Assert.Equal(CertificateStep.Keep, Step(made, Now.AddDays(59)));
        Assert.Equal(CertificateStep.RenewServing, Step(made, Now.AddDays(61)));
        Assert.Equal(CertificateStep.RenewAuthority, Step(made, Now.AddDays(2_500)));
    }

    [Fact]
    public void Nothing_is_the_beginning_and_surprises_nobody()
    {
        CertificatePlan plan = CertificatePlan.Of(null, Options.ServerName, Now);
        Assert.Equal(CertificateStep.MakeAll, plan.Step);
        Assert.False(plan.IsSurprising);
    }

    [Fact]
    public void A_renewed_certificate_is_of_the_same_authority()
    {
        CertificateFiles made = Make();
        DateTimeOffset later = Now.AddDays(61);
        CertificateFiles renewed = CertificateMaker.Make(CertificateStep.RenewServing, made, Options, later);
        Assert.Equal(made.Authority, renewed.Authority);
        Assert.NotEqual(made.Serving, renewed.Serving);
        Assert.Equal(CertificateStep.Keep, Step(renewed, later));
    }

    [Fact]
    public void A_new_authority_is_trusted_beside_the_old_one_until_that_expires()
    {
        CertificateFiles made = Make();
        DateTimeOffset later = Now.AddDays(2_500);
        CertificateFiles renewed = CertificateMaker.Make(CertificateStep.RenewAuthority, made, Options, later);
        Assert.Equal(CertificateStep.Keep, Step(renewed, later));
        Assert.Equal(2, Count(CertificatePlan.BundleOf(renewed, later)));
        Assert.Contains(made.Authority, CertificatePlan.BundleOf(renewed, later), StringComparison.Ordinal);
        Assert.Equal(1, Count(CertificatePlan.BundleOf(renewed, Now.AddDays(3_700))));
        Assert.Equal(1, Count(CertificatePlan.BundleOf(made, Now)));
    }

    [Fact]
    public void What_is_damaged_is_made_anew_and_said()
    {
        CertificateFiles made = Make();
        CertificateFiles other = Make();
        Assert.Equal(CertificateStep.MakeAll, Surprising(made with { Authority = "" }));
        Assert.Equal(CertificateStep.MakeAll, Surprising(made with { AuthorityKey = other.AuthorityKey }));
        Assert.Equal(CertificateStep.MakeAll, Surprising(made with { Authority = made.Serving, AuthorityKey = made.ServingKey }));
        Assert.Equal(CertificateStep.RenewServing, Surprising(made with { Serving = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }));
        Assert.Equal(CertificateStep.RenewServing, Surprising(made with { ServingKey = other.ServingKey }));
        Assert.Equal(CertificateStep.RenewServing, Surprising(made with { Serving = other.Serving, ServingKey = other.ServingKey }));
    }

    [Fact]
    public void What_expired_or_is_for_another_name_is_made_anew_and_said()
    {
        CertificateFiles made = Make();
        Assert.Equal(CertificateStep.RenewServing, Surprising(made, CertificatePlan.Of(made, Options.ServerName, Now.AddDays(91))));
        Assert.Equal(CertificateStep.MakeAll, Surprising(made, CertificatePlan.Of(made, Options.ServerName, Now.AddDays(3_651))));
        Assert.Equal(CertificateStep.MakeAll, Surprising(made, CertificatePlan.Of(made, Options.ServerName, Now.AddDays(-1))));
        Assert.Equal(CertificateStep.RenewServing, Surprising(made, CertificatePlan.Of(made, "other.thermocline-system.svc", Now)));
    }

    [Fact]
    public void The_certificate_outlives_no_authority()
    {
        CertificateOptions brief = Options with { AuthorityLife = TimeSpan.FromDays(30) };
        CertificateFiles made = CertificateMaker.Make(CertificateStep.MakeAll, null, brief, Now);
        Assert.Equal(CertificateStep.Keep, Step(made, Now));
        using X509Certificate2 serving = X509Certificate2.CreateFromPem(made.Serving);
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(made.Authority);
        Assert.Equal(authority.NotAfter, serving.NotAfter);
    }

    [Fact]
    public void A_secret_holds_what_was_put_in_it()
    {
        CertificateFiles made = Make() with { PreviousAuthority = "before" };
        Assert.Equal(made, CertificateSecret.Read(new AnyObject { Fields = CertificateSecret.Fields(made, null) }));
        var foreign = new AnyObject { Fields = new JsonObject { ["data"] = new JsonObject { ["ca.crt"] = 5, ["tls.crt"] = "%" } } };
        Assert.Equal(new CertificateFiles("", "", "", ""), CertificateSecret.Read(foreign));
        Assert.Equal(new CertificateFiles("", "", "", ""), CertificateSecret.Read(new AnyObject()));
    }

    [Fact]
    public void Only_what_is_not_trusted_yet_is_patched()
    {
        var configuration = new AnyObject
        {
            Fields = JsonNode.Parse(
                """
                {"webhooks": [{"name": "a", "clientConfig": {"caBundle": "eA=="}}, {"name": "b", "clientConfig": {}}]}
                """)!.AsObject(),
        };
        JsonArray patch = AuthorityBundles.Patch(configuration, "x");
        Assert.Equal(["/webhooks/1/name", "/webhooks/1/clientConfig/caBundle"], patch.Select(static each => (string)each!["path"]!));
    }

    private static CertificateFiles Make() => CertificateMaker.Make(CertificateStep.MakeAll, null, Options, Now);

    private static CertificateStep Step(CertificateFiles files, DateTimeOffset now) =>
        CertificatePlan.Of(files, Options.ServerName, now).Step;

    private static CertificateStep Surprising(CertificateFiles files, CertificatePlan? plan = null)
    {
        CertificatePlan found = plan ?? CertificatePlan.Of(files, Options.ServerName, Now);
        Assert.True(found.IsSurprising, found.Reason);
        // What is made of it is as it should be.
        CertificateFiles made = CertificateMaker.Make(found.Step, files, Options, Now);
        Assert.Equal(CertificateStep.Keep, Step(made, Now));
        return found.Step;
    }

    private static int Count(string bundle)
    {
        X509Certificate2Collection found = [];
        found.ImportFromPem(bundle);
        return found.Count;
    }
}
