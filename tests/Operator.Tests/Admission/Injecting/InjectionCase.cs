using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing;

namespace Thermocline.Operator.Tests.Admission.Injecting;

/// <summary>
/// A folder of tests/Golden/injections: <c>pod.yaml</c>, <c>cluster.yaml</c> (with a comment <c># store: NAME</c> where it is not 0),
/// and what is expected of them in <c>expected.json</c>.
/// </summary>
internal sealed record InjectionCase(string Folder)
{
    /// <summary>Set to 1, the golden files are written as the program has it now. Read the difference before it is committed.</summary>
    public const string RenewVariable = "THERMOCLINE_RENEW_GOLDEN";

    public const string Image = "thermocline/sidecar:test";

    private const string StoreComment = "# store: ";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private string ClusterText => File.ReadAllText(Path.Combine(Folder, "cluster.yaml"));

    public InjectionWish Wish => InjectionWish.Of(
        ClusterFile.Parse(ClusterText),
        ClusterText.Split('\n').FirstOrDefault(static line => line.StartsWith(StoreComment, StringComparison.Ordinal))?[StoreComment.Length..]
            ?? "0",
        Image);

    public JsonObject Pod => YamlJson.Of(File.ReadAllText(Path.Combine(Folder, "pod.yaml"))).AsObject();

    public static IEnumerable<string> Names => Directory.GetDirectories(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    private static string Root => Path.Combine(
        RepositoryRoot.Find() ?? throw new InvalidOperationException("The tests run outside the working copy."),
        "tests", "Golden", "injections");

    public static InjectionCase Of(string name) => new(Path.Combine(Root, name));

    /// <summary>What the file says was expected, after it was renewed where that is asked for.</summary>
    public string Expected(string actual)
    {
        string file = Path.Combine(Folder, "expected.json");
        if (Environment.GetEnvironmentVariable(RenewVariable) == "1")
            File.WriteAllText(file, actual);
        return File.Exists(file) ? File.ReadAllText(file) : $"There is none: run the test with {RenewVariable}=1.";
    }

    public static string Written(InjectionAnswer answer)
    {
        var all = new JsonObject();
        if (answer.Refusal is { } refusal)
            all["refused"] = new JsonObject { ["reason"] = refusal.Reason.ToString(), ["message"] = refusal.Message };
        if (answer.Warnings.Count > 0)
            all["warnings"] = new JsonArray([.. answer.Warnings.Select(static each => JsonValue.Create(each))]);
        if (answer.Patch.Count > 0)
            all["patch"] = answer.Patch.DeepClone();
        return all.ToJsonString(Readable) + "\n";
    }
}
