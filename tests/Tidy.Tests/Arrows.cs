using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>Which room may use which: a room that is not in the table is a finding, so that the table stays complete.</summary>
internal static partial class Arrows
{
    private const string StoreNamespace = "Thermocline.Store";

    // Rooms of the store, each with the rooms it may use. The facade (the store's own folder) may use them all.
    public static readonly IReadOnlyDictionary<string, string[]> StoreRooms = new Dictionary<string, string[]>
    {
        ["Format"] = [],
        ["Accounting"] = [],
        ["Native"] = ["Accounting"],
        ["Compression"] = ["Format", "Native"],
        ["Files"] = ["Format"],
        ["Filters"] = ["Format"],
        ["Cold"] = ["Format", "Files"],
        ["Log"] = ["Format", "Native", "Files", "Compression"],
        ["Index"] = ["Accounting", "Format", "Native", "Files"],
        ["Hot"] = ["Accounting", "Format", "Native", "Index", "Compression"],
        ["Records"] = ["Format", "Native", "Files", "Log", "Index", "Hot", "Tuning"],
        ["Commit"] = ["Accounting", "Format", "Native", "Files", "Log", "Index", "Hot", "Records"],
        ["Tuning"] = [],
        ["Packed"] = ["Accounting", "Format", "Files", "Log", "Compression", "Filters"],
        ["Packing"] = ["Accounting", "Format", "Files", "Log", "Index", "Records", "Compression", "Packed"],
        ["Recovery"] = ["Accounting", "Format", "Native", "Files", "Log", "Index", "Hot", "Records", "Commit", "Packed", "Cold"],
        ["Tiering"] = ["Format", "Files", "Log", "Records", "Packed", "Packing", "Cold"],
    };

    // The one room of the store that speaks to something over a wire.
    private const string WireRoom = "sidecar/Store/Cold";

    // What a room of pure functions does without: waiting, clocks, logs, clients.
    private static readonly string[] Impure =
        ["Task", "TimeProvider", "ILogger", "CancellationToken", "ClusterClient", "Thermocline.Operator.Cluster.Requests"];

    // Parts, each with the namespaces it must not name and why.
    private static readonly (string Folder, string[] Banned, string Because)[] Parts =
    [
        ("sidecar/Store", ["Thermocline.Memory", "Thermocline.Sidecar", "Thermocline.Contract", "Thermocline.Operator"],
            "the store is a library that knows nothing of its users"),
        ("sidecar/Store", ["Microsoft.AspNetCore", "Microsoft.Extensions"],
            "the store has no web framework, container or logger"),
        ("sidecar/Memory", ["Thermocline.Sidecar", "Thermocline.Contract", "Thermocline.Operator", "Microsoft.AspNetCore"],
            "the kinds stand on the store alone"),
        ("sidecar/Events", ["Thermocline.Memory", "Thermocline.Sidecar", "Thermocline.Contract", "Thermocline.Operator", "Microsoft.AspNetCore",
            "Microsoft.Extensions"], "the bus is a library that stands on the store and a wire: hosts map their routes to it"),
        ("sidecar/Grpc", ["Thermocline.Store", "Thermocline.Memory", "Thermocline.Events", "Thermocline.Sidecar", "Thermocline.Contract"],
            "calls know nothing of what is called"),
        ("sidecar/Resp", ["Thermocline.Store", "Thermocline.Events", "Thermocline.Sidecar", "Microsoft.AspNetCore", "Microsoft.Extensions"],
            "the client of Redis knows nothing of its users"),
        ("sidecar/Contract", ["Thermocline.Store", "Thermocline.Memory", "Thermocline.Sidecar", "Thermocline.Operator", "Microsoft"],
            "the contract is records, shared by programs that share nothing else"),
        ("sidecar/Host", ["Thermocline.Operator", "Thermocline.Testing"],
            "operator and sidecar share the contract alone"),
        ("operator", ["Thermocline.Store", "Thermocline.Memory", "Thermocline.Sidecar"],
            "operator and sidecar share the contract alone"),
        ("operator/Api", Impure, "the resource and its rules are values"),
        ("operator/Admission/Injecting", Impure, "what a pod gets follows from pod and wish alone"),
        ("operator/Admission/Stores", Impure, "which store a pod holds follows from what is known, and a time that is given"),
        ("operator/Admission/Reviewing", Impure, "an answer follows from the question and what is known"),
    ];

    private static readonly (string Folder, string[] Banned, string Because) Network =
        ("sidecar/Store", ["System.Net", "Amazon", "Polly"], "only the room Cold knows a network");

    // The one room of the operator that does.
    private const string ClusterRoom = "operator/Cluster";

    private static readonly (string Folder, string[] Banned, string Because) Client =
        ("operator", ["System.Net.Http", "HttpClient", "HttpMessageHandler", "HttpRequestMessage", "SocketsHttpHandler", "Polly"],
            "only the room Cluster sends requests");

    public static IEnumerable<string> Between(SourceFile file) =>
        from part in (IEnumerable<(string Folder, string[] Banned, string Because)>)
            [.. Parts, .. file.IsBelow(WireRoom) ? [] : new[] { Network }, .. file.IsBelow(ClusterRoom) ? [] : new[] { Client }]
        where file.IsBelow(part.Folder)
        from banned in part.Banned
        let match = Regex.Match(file.Code, $@"(?<![\w.]){Regex.Escape(banned)}(?![\w])")
        where match.Success
        select $"{file.Path}:{file.LineOf(match.Index)} names {banned}: {part.Because}. Move the code, or pass the value in.";

    public static IEnumerable<string> InsideStore(SourceFile file)
    {
        if (!file.IsBelow("sidecar/Store") || file.Folder == "sidecar/Store")
        {
            return [];
        }

        string room = file.Path.Split('/')[2];
        if (!StoreRooms.TryGetValue(room, out string[]? allowed))
        {
            return [$"{file.Path}: the room {room} is not in the table of {nameof(Arrows)}. Add it and say what it may use."];
        }

        return
            from Match match in RoomName().Matches(file.Code)
            let used = match.Groups[1].Value
            where StoreRooms.ContainsKey(used) && used != room && !allowed.Contains(used)
            select $"{file.Path}:{file.LineOf(match.Index)} uses {StoreNamespace}.{used}: {room} may use "
                + $"{(allowed.Length == 0 ? "no other room" : string.Join(", ", allowed))}. Pass the value in, or move the type.";
    }

    [GeneratedRegex(@"(?<![\w.])Thermocline\.Store\.(\w+)")]
    private static partial Regex RoomName();
}
