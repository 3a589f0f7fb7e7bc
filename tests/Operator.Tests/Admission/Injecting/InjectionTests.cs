using System.Text.Json.Nodes;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Api;
using Xunit;

namespace Thermocline.Operator.Tests.Admission.Injecting;

public sealed class InjectionTests
{
    public static TheoryData<string> Cases => [.. InjectionCase.Names];

    [Fact]
    public void There_are_enough_cases() => Assert.True(InjectionCase.Names.Count() >= 25);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pod_is_changed_as_its_golden_file_says(string name)
    {
        InjectionCase golden = InjectionCase.Of(name);
        string actual = InjectionCase.Written(Injection.Of(golden.Pod, golden.Wish));
        Assert.Equal(golden.Expected(actual), actual);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_second_injection_changes_nothing(string name)
    {
        InjectionCase golden = InjectionCase.Of(name);
        JsonObject pod = golden.Pod;
        JsonObject injected = JsonPatches.Apply(pod, Injection.Of(pod, golden.Wish).Patch);
        Assert.Empty(Injection.Of(injected, golden.Wish).Patch);
        // What was asked is not changed by the asking.
        Assert.True(JsonNode.DeepEquals(golden.Pod, pod));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_sidecar_breaks_no_rule_of_the_level_restricted_that_the_pod_kept(string name)
    {
        InjectionCase golden = InjectionCase.Of(name);
        JsonObject pod = golden.Pod;
        HashSet<string> before = [.. RestrictedRules.Broken(pod)];
        JsonObject injected = JsonPatches.Apply(pod, Injection.Of(pod, golden.Wish).Patch);
        Assert.DoesNotContain(RestrictedRules.Broken(injected), rule => !before.Contains(rule));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_app_is_left_as_it_was(string name)
    {
        InjectionCase golden = InjectionCase.Of(name);
        JsonObject pod = golden.Pod;
        InjectionAnswer answer = Injection.Of(pod, golden.Wish);
        JsonObject injected = JsonPatches.Apply(pod, answer.Patch);
        Assert.Equal(answer.Refusal is null ? 1 : 0, PodJson.Containers(injected).Count() - PodJson.Containers(pod).Count());
        foreach (JsonObject container in PodJson.Objects(PodJson.At(pod, "spec", "containers")).Where(static each => PodJson.Text(each["name"]) != "daprd"))
            Assert.True(JsonNode.DeepEquals(container, PodJson.Named(injected["spec"]!["containers"], PodJson.Text(container["name"])!)));
        foreach (JsonObject volume in PodJson.Objects(PodJson.At(pod, "spec", "volumes")))
            Assert.True(JsonNode.DeepEquals(volume, PodJson.Named(injected["spec"]!["volumes"], PodJson.Text(volume["name"])!)));
        foreach (string field in new[] { "securityContext", "terminationGracePeriodSeconds", "automountServiceAccountToken", "restartPolicy" })
            Assert.True(JsonNode.DeepEquals(PodJson.At(pod, "spec", field), PodJson.At(injected, "spec", field)));
    }

    [Fact]
    public void What_the_server_and_others_add_to_the_sidecar_is_kept()
    {
        JsonObject injected = Injected("plain");
        JsonObject sidecar = injected["spec"]!["initContainers"]![0]!.AsObject();
        sidecar["terminationMessagePath"] = "/dev/termination-log";
        sidecar["startupProbe"]!["successThreshold"] = 1;
        sidecar["env"]!.AsArray().Insert(0, new JsonObject { ["name"] = "AWS_ROLE_ARN", ["value"] = "x" });
        sidecar["volumeMounts"]!.AsArray().Add(new JsonObject { ["name"] = "token", ["mountPath"] = "/var/run/secrets" });
        injected["spec"]!["volumes"]![0]!["configMap"]!["defaultMode"] = 420;
        Assert.Empty(Injection.Of(injected, InjectionCase.Of("plain").Wish).Patch);
    }

    [Fact]
    public void A_container_that_came_before_the_sidecar_goes_behind_it()
    {
        JsonObject injected = Injected("plain");
        injected["spec"]!["initContainers"]!.AsArray().Insert(0, new JsonObject { ["name"] = "proxy", ["image"] = "proxy:1" });
        JsonObject again = JsonPatches.Apply(injected, Injection.Of(injected, InjectionCase.Of("plain").Wish).Patch);
        Assert.Equal([Names.Container, "proxy"], again["spec"]!["initContainers"]!.AsArray().Select(static each => (string?)each!["name"]));
    }

    [Fact]
    public void A_daprd_that_comes_later_gets_its_mount()
    {
        JsonObject injected = Injected("dapr-to-come");
        injected["spec"]!["containers"]!.AsArray().Add(new JsonObject { ["name"] = "daprd", ["image"] = "daprd:1" });
        JsonObject again = JsonPatches.Apply(injected, Injection.Of(injected, InjectionCase.Of("dapr-to-come").Wish).Patch);
        Assert.Equal(Names.SocketFolder, (string?)again["spec"]!["containers"]![1]!["volumeMounts"]![0]!["mountPath"]);
    }

    [Fact]
    public void A_daprd_that_comes_with_sockets_of_its_own_shares_them()
    {
        JsonObject injected = Injected("dapr-with-other-components");
        injected["spec"]!["containers"]!.AsArray().Add(new JsonObject
        {
            ["name"] = "daprd",
            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "theirs", ["mountPath"] = Names.SocketFolder }),
        });
        JsonObject again = JsonPatches.Apply(injected, Injection.Of(injected, InjectionCase.Of("dapr-with-other-components").Wish).Patch);
        JsonNode mount = again["spec"]!["initContainers"]![0]!["volumeMounts"]!.AsArray()
            .Single(static each => (string?)each!["mountPath"] == Names.SocketFolder)!;
        Assert.Equal("theirs", (string?)mount["name"]);
    }

    [Fact]
    public void Another_wish_takes_the_place_of_an_earlier_one()
    {
        JsonObject injected = Injected("plain");
        InjectionWish without = InjectionCase.Of("without-a-bucket").Wish;
        JsonObject again = JsonPatches.Apply(injected, Injection.Of(injected, without).Patch);
        Assert.True(JsonNode.DeepEquals(Injected("without-a-bucket")["spec"]!["initContainers"], again["spec"]!["initContainers"]));
        Assert.Null(PodJson.Named(again["spec"]!["volumes"], Names.CredentialsVolume));
        Assert.Equal(Injection.HashOf(without), (string?)again["metadata"]!["annotations"]![Names.InjectionAnnotation]);
        Assert.Empty(Injection.Of(again, without).Patch);
    }

    [Fact]
    public void What_a_running_pod_can_be_given_is_not_part_of_the_hash()
    {
        InjectionWish wish = InjectionCase.Of("plain").Wish;
        InjectionWish larger = wish with { Image = "other:2", Spec = wish.Spec with { Budget = new() { Limit = "2Gi" } } };
        Assert.Equal(Injection.HashOf(wish), Injection.HashOf(larger));
        Assert.NotEqual(Injection.HashOf(wish), Injection.HashOf(wish with { Store = "1" }));
        Assert.NotEqual(Injection.HashOf(wish), Injection.HashOf(wish with { Cluster = "other" }));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("fd00::1")]
    public void The_sidecar_takes_every_setting_it_is_given(string podAddress)
    {
        InjectionWish plain = InjectionCase.Of("plain").Wish;
        // The longest names there can be.
        InjectionWish longest = plain with
        {
            Namespace = new string('n', 63),
            Cluster = new string('c', 52),
            Store = new string('s', 253),
            Spec = plain.Spec with
            {
                Tiers = plain.Spec.Tiers with { Cold = new() { S3 = new() { Bucket = "memories", Prefix = new string('p', 100), CredentialsSecretName = "keys" } } },
            },
        };
        SettingSection settings = SettingSection.Empty.With(["tiers", "cold", "kind"], new SettingText("s3", "")).With(["tiers", "cold", "bucket"], new SettingText("memories", ""));
        int given = 0;
        foreach (JsonObject variable in PodJson.Objects(InjectedContainer.Of(longest, null, false)["env"]))
        {
            string name = PodJson.Text(variable["name"])!;
            if (!name.StartsWith("THERMOCLINE__", StringComparison.Ordinal))
                continue;
            string value = PodJson.Text(variable["value"])!.Replace("$(POD_IP)", podAddress, StringComparison.Ordinal);
            settings = settings.With(name["THERMOCLINE__".Length..].Split("__"), new SettingText(value, $"environment {name}"));
            given++;
        }

        ConfigurationReading reading = ConfigurationReader.Read(settings);
        Assert.Empty(reading.Mistakes);
        Assert.Equal(7, given);
        Assert.Equal(podAddress, reading.Configuration.Listen.Admin!.Address.ToString());
        Assert.Equal(Names.AdminPort, reading.Configuration.Listen.Admin.Port);
        Assert.EndsWith($"/{longest.Store}/", reading.Configuration.Tiers.Cold.Prefix, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_with_thousands_of_volumes_gets_a_small_patch()
    {
        JsonObject pod = InjectionCase.Of("plain").Pod;
        pod["spec"]!["volumes"] = new JsonArray(
            [.. Enumerable.Range(0, 10_000).Select(static index => new JsonObject { ["name"] = $"v{index}", ["emptyDir"] = new JsonObject() })]);
        InjectionAnswer answer = Injection.Of(pod, InjectionCase.Of("plain").Wish);
        Assert.Null(answer.Refusal);
        Assert.True(answer.Patch.Count < 20);
        Assert.Empty(Injection.Of(JsonPatches.Apply(pod, answer.Patch), InjectionCase.Of("plain").Wish).Patch);
    }

    [Fact]
    public void A_pod_of_more_than_a_mebibyte_is_left_alone()
    {
        JsonObject pod = InjectionCase.Of("plain").Pod;
        pod["metadata"]!["annotations"] = new JsonObject { ["a"] = new string('a', 1 << 20) };
        InjectionAnswer answer = Injection.Of(pod, InjectionCase.Of("plain").Wish);
        Assert.Equal(RefusalReason.TooLarge, answer.Refusal?.Reason);
        Assert.Empty(answer.Patch);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"metadata": 1, "spec": []}""")]
    [InlineData("""{"metadata": {}, "spec": {"containers": [1, null, "a", []], "volumes": [null, 7], "initContainers": [{}]}}""")]
    [InlineData("""{"metadata": {"annotations": {"dapr.io/enabled": 1}}, "spec": {"containers": [{"name": "daprd", "volumeMounts": {}}]}}""")]
    [InlineData("""{"metadata": {"annotations": null}, "spec": {"containers": [{"name": 5, "ports": 5, "resources": "x"}], "os": "windows"}}""")]
    [InlineData("""{"metadata": {}, "spec": {"containers": [{"name": "a"}, {"name": "a"}], "volumes": [{"name": "a"}, {"name": "a"}]}}""")]
    public void A_hostile_pod_is_answered_and_throws_nothing(string json)
    {
        JsonObject pod = JsonNode.Parse(json)!.AsObject();
        InjectionAnswer answer = Injection.Of(pod, InjectionCase.Of("plain").Wish);
        JsonObject injected = JsonPatches.Apply(pod, answer.Patch);
        Assert.Empty(Injection.Of(injected, InjectionCase.Of("plain").Wish).Patch);
    }

    private static JsonObject Injected(string name)
    {
        InjectionCase golden = InjectionCase.Of(name);
        return JsonPatches.Apply(golden.Pod, Injection.Of(golden.Pod, golden.Wish).Patch);
    }
}
