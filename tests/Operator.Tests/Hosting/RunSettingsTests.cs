using System.Net;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Hosting;
using Thermocline.Operator.Hosting.Commands;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

public sealed class RunSettingsTests
{
    [Fact]
    public void Nothing_said_is_every_namespace_and_loopback()
    {
        (RunOptions options, IReadOnlyList<string> mistakes) = Read([], []);
        Assert.Empty(mistakes);
        Assert.Empty(options.Namespaces);
        Assert.True(options.LooksAfter("any"));
        Assert.Null(Assert.Single(options.Scopes).Namespace);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8081), options.Health);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8080), options.Metrics);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9443), options.Webhook);
        Assert.Equal(("thermocline-operator", LogLevel.Information, false), (options.LeaseName, options.LogLevel, options.JsonLog));
        Assert.NotEmpty(options.Instance);
    }

    [Fact]
    public void Namespaces_are_given_one_by_one_or_in_the_environment_and_the_command_line_decides()
    {
        RunOptions said = Read([("namespace", "a"), ("namespace", "b"), ("namespace", "a")], []).Options;
        Assert.Equal(["a", "b"], said.Namespaces);
        Assert.Equal(["a", "b"], said.Scopes.Select(scope => scope.Namespace));
        Assert.False(said.LooksAfter("c"));
        Assert.Equal(["c", "d"], Read([], [("THERMOCLINE_OPERATOR_NAMESPACE", "c, d")]).Options.Namespaces);
        Assert.Equal(["a"], Read([("namespace", "a")], [("THERMOCLINE_OPERATOR_NAMESPACE", "c")]).Options.Namespaces);
        Assert.Empty(Read([("namespace", "all")], []).Options.Namespaces);
    }

    [Fact]
    public void A_pod_says_its_name_and_its_namespace()
    {
        RunOptions options = Read([], [("POD_NAME", "op-1"), ("POD_NAMESPACE", "here"), ("THERMOCLINE_OPERATOR_LOG_FORMAT", "json")]).Options;
        Assert.Equal(("op-1", "here", true), (options.Instance, options.OperatorNamespace, options.JsonLog));
        Assert.Equal("there", Read([("operator-namespace", "there")], [("POD_NAMESPACE", "here")]).Options.OperatorNamespace);
    }

    [Fact]
    public void An_empty_address_is_none()
    {
        RunOptions options = Read([("metrics-address", ""), ("webhook-address", "")], []).Options;
        Assert.Null(options.Metrics);
        Assert.Null(options.Webhook);
    }

    [Theory]
    [InlineData("namespace", "Team", "--namespace: 'Team' is no name of a namespace")]
    [InlineData("namespace", "all,a", "--namespace names all beside others")]
    [InlineData("operator-namespace", "a b", "--operator-namespace: 'a b' is no name")]
    [InlineData("lease-name", "", "--lease-name must not be empty")]
    [InlineData("lease-name", "-a", "--lease-name: '-a' is no name")]
    [InlineData("image", "a b", "--image: 'a b' is no reference")]
    [InlineData("health-address", "", "--health-address must not be empty")]
    [InlineData("health-address", "localhost", "--health-address: 'localhost' must be an IP address and a port")]
    [InlineData("metrics-address", "example.org:80", "--metrics-address: 'example.org:80' must be an IP address")]
    [InlineData("metrics-address", "127.0.0.1:8081", "must differ")]
    [InlineData("log-format", "xml", "--log-format must be one of text, json, not 'xml'")]
    [InlineData("log-level", "loud", "--log-level must be one of debug, information, warning, error, not 'loud'")]
    public void A_mistake_is_named(string option, string value, string mistake) =>
        Assert.Contains(mistake, Assert.Single(Read([(option, value)], []).Mistakes), StringComparison.Ordinal);

    [Fact]
    public void All_mistakes_are_named_at_once() =>
        Assert.Equal(3, Read([("log-level", "x"), ("log-format", "y"), ("image", " ")], [("THERMOCLINE_OPERATOR_LEASE_NAME", "!")]).Mistakes.Count);

    private static (RunOptions Options, IReadOnlyList<string> Mistakes) Read(
        (string Name, string Value)[] said, (string Name, string Value)[] environment)
    {
        ILookup<string, string> given = said.ToLookup(each => each.Name, each => each.Value);
        var settings = new RunSettings(
            name => given.Contains(name) ? [.. given[name]] : null, environment.ToDictionary(each => each.Name, each => each.Value));
        RunOptions options = settings.Read();
        return (options, settings.Mistakes);
    }
}
