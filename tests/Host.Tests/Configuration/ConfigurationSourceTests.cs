using System.Text;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Xunit;

namespace Thermocline.Host.Tests.Configuration;

public sealed class ConfigurationSourceTests
{
    [Fact]
    public void The_environment_goes_over_the_file_and_options_go_over_both()
    {
        Dictionary<string, string> environment = new()
        {
            ["THERMOCLINE__BUDGET__LIMIT"] = "64Mi",
            ["THERMOCLINE__BUDGET__HIGHWATERMARK"] = "50",
            ["THERMOCLINE__DATA__PATH"] = "/from/environment",
            ["THERMOCLINE__COMPRESSION__STAGES"] = "dedup, zstd",
            ["THERMOCLINE_CONFIG"] = "/not/a/setting",
        };
        KeyValuePair<string, SettingText>[] options = [new("data.path", new SettingText("/from/option", "option --data"))];
        ConfigurationReading reading = new ConfigurationSource(null, environment, options)
            .Read("budget: {limit: 1Gi, criticalWatermark: 60}\ndata: {path: /from/file}"u8);
        Assert.Empty(reading.Mistakes);
        SidecarConfiguration configuration = reading.Configuration;
        Assert.Equal(64L << 20, configuration.Budget.Limit);
        Assert.Equal(50, configuration.Budget.HighWatermark);
        Assert.Equal(60, configuration.Budget.CriticalWatermark);
        Assert.Equal("/from/option", configuration.Folder.Path);
        Assert.Equal(["dedup", "zstd"], configuration.Compression.Stages);
    }

    [Theory]
    [InlineData("DAPR_COMPONENTS_SOCKETS_FOLDER", "", "/run/dapr/thermocline.sock")]
    [InlineData("DAPR_COMPONENT_SOCKETS_FOLDER", "", "/run/dapr/thermocline.sock")]
    [InlineData("DAPR_COMPONENT_SOCKETS_FOLDER", "dapr: {socketFolder: /mine}", "/mine/thermocline.sock")]
    [InlineData("DAPR_COMPONENT_SOCKETS_FOLDER", "dapr: {socketFolder: ''}", "")]
    public void Daprs_own_variables_say_where_its_sockets_are_unless_a_file_does(string name, string yaml, string socket)
    {
        Dictionary<string, string> environment = new() { [name] = "/run/dapr" };
        ConfigurationReading reading = new ConfigurationSource(null, environment, []).Read(Encoding.UTF8.GetBytes(yaml));
        Assert.Empty(reading.Mistakes);
        Assert.Equal(socket, reading.Configuration.Dapr.Socket);
    }

    [Fact]
    public void A_wrong_variable_is_named()
    {
        Dictionary<string, string> environment = new() { ["THERMOCLINE__BUDGET__LIMT"] = "64Mi" };
        Mistake mistake = Assert.Single(new ConfigurationSource(null, environment, []).Read([]).Mistakes);
        Assert.Equal("environment THERMOCLINE__BUDGET__LIMT", mistake.Origin);
        Assert.Contains("did you mean 'limit'?", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("THERMOCLINE__")]
    [InlineData("THERMOCLINE__A____B")]
    [InlineData("THERMOCLINE__A__B__C__D__E__F__G__H__I")]
    public void A_variable_that_is_no_path_is_refused(string name)
    {
        Dictionary<string, string> environment = new() { [name] = "1" };
        Mistake mistake = Assert.Single(new ConfigurationSource(null, environment, []).Read([]).Mistakes);
        Assert.Contains(name, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x", "anchor or alias")]
    [InlineData("a: [*x]", "anchor or alias")]
    [InlineData("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]", "anchor or alias")]
    [InlineData("budget: {limit: 1Gi}\nbudget: {limit: 2Gi}", "names 'budget' twice (line 2)")]
    [InlineData("budget: {}\n---\nbudget: {}", "several documents")]
    [InlineData("- a", "mapping of sections")]
    [InlineData("just text", "mapping of sections")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "deeper than 16")]
    [InlineData("[a]: 1", "plain word")]
    [InlineData("a: 'x", "not YAML")]
    [InlineData("a: b: c", "not YAML")]
    public void More_of_yaml_than_a_configuration_needs_is_refused(string yaml, string why)
    {
        Mistake mistake = Assert.Single(Read(Encoding.UTF8.GetBytes(yaml)).Mistakes);
        Assert.Contains(why, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_or_not_text_is_refused()
    {
        Assert.Contains("larger than", Assert.Single(Read(new byte[YamlSettings.BytesMax + 1]).Mistakes).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Assert.Single(Read([0x61, 0x3A, 0xFF, 0xFE]).Mistakes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("\uFEFFbudget: {limit: 512Mi}\r\n")]
    [InlineData("budget:\ntiers: ~\n")]
    public void Nothing_said_is_the_defaults(string yaml)
    {
        ConfigurationReading reading = Read(Encoding.UTF8.GetBytes(yaml));
        Assert.Empty(reading.Mistakes);
        Assert.Empty(ConfigurationValues.Differences(new SidecarConfiguration(), reading.Configuration));
    }

    private static ConfigurationReading Read(byte[] content) =>
        new ConfigurationSource(null, new Dictionary<string, string>(), []).Read(content);
}
