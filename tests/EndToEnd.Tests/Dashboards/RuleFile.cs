using YamlDotNet.RepresentationModel;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>The rules and their unit tests, read as YAML.</summary>
internal static class RuleFile
{
    public static string Path => DashboardFile.PathOf("dashboards/alerts.yaml");

    public static string TestsPath => DashboardFile.PathOf("tests/EndToEnd.Tests/Dashboards/alerts.test.yaml");

    public static IReadOnlyList<Rule> Rules() =>
        [.. List(Root(Path), "groups").SelectMany(group => List(group, "rules")).Select(RuleOf)];

    /// <summary>Name of each unit test, with the series it expects at each of its times.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Expected)> Tests() =>
    [
        .. List(Root(TestsPath), "tests").Select(test => (Text(test, "name"), (IReadOnlyList<string>)
            [.. List(test, "promql_expr_test").Select(each => string.Join(' ', List(each, "exp_samples").Select(one => Text(one, "labels"))))])),
    ];

    private static Rule RuleOf(YamlMappingNode rule)
    {
        bool alert = rule.Children.ContainsKey("alert");
        return new Rule(Text(rule, alert ? "alert" : "record"), alert, Text(rule, "expr"), Map(rule, "labels"), Map(rule, "annotations"));
    }

    private static YamlMappingNode Root(string path)
    {
        using StreamReader reader = new(path);
        YamlStream yaml = [];
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value!;

    private static IEnumerable<YamlMappingNode> List(YamlMappingNode node, string key) =>
        ((YamlSequenceNode)node.Children[key]).Children.Cast<YamlMappingNode>();

    private static Dictionary<string, string> Map(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? map)
            ? ((YamlMappingNode)map).Children.ToDictionary(each => ((YamlScalarNode)each.Key).Value!, each => ((YamlScalarNode)each.Value).Value!)
            : [];
}
