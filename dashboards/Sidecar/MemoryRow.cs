using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Where is the memory, and how far is it from its limits?</summary>
internal static class MemoryRow
{
    public static Row Whole { get; } = new("Memory", [Budget, OperatingSystem, Components, Parts, Kinds, Hot, Tiers, Records]);

    private static Panel Budget => Panel.Lines("Against the budget", "bytes",
        "What is compared with the marks: the resident set, or what the container is charged with except the page cache, if that "
        + "is more. It should rest below the high mark and come back under it within seconds. Staying above the critical mark: the "
        + "budget is too small for the index and the requests. At the refuse mark new writes get 429.",
        new Query("sum(thermocline_memory_used_bytes{%})", "used"),
        new Query("sum(thermocline_budget_limit_bytes{%})", "limit"),
        new Query("sum by (mark) (thermocline_budget_mark_bytes{%})", "{{mark}} mark"))
            .Wide(12).Dashing("limit", "high mark", "critical mark", "refuse mark");

    private static Panel OperatingSystem => Panel.Lines("As the operating system and the container see it", "bytes",
        "Resident: pages the process holds; anonymous: those no file stands behind. Working set: what the kubelet counts (usage less what files could give back); "
        + "past the container's limit the kernel kills. cgroup usage includes the page cache and may touch its limit without harm. "
        + "Series of the cgroup are 0 outside of one, a limit of 0 is no limit.",
        new Query("sum(thermocline_process_resident_memory_bytes{%})", "resident"),
        new Query("sum(thermocline_memory_anonymous_bytes{%})", "anonymous"),
        new Query("sum(thermocline_memory_working_set_bytes{%})", "working set"),
        new Query("sum(thermocline_cgroup_memory_usage_bytes{%})", "cgroup usage"),
        new Query("sum(thermocline_cgroup_memory_limit_bytes{%})", "cgroup limit"),
        new Query("sum(thermocline_budget_limit_bytes{%})", "budget"))
            .Wide(12).Dashing("cgroup limit", "budget");

    private static Panel Components => Panel.Stack("By component", "bytes",
        "The ledger: every component charges what it takes and releases what it gives back. The component that grows while the "
        + "others shrink is the culprit; `/v1/pressure` names it too.",
        new Query("sum by (component) (thermocline_memory_usage_bytes{%})", "{{component}}"));

    private static Panel Parts => Panel.Stack("By part", "bytes",
        "The same, finer. states/hot is bounded and gives way first; states/index grows with the number of keys and cannot; bodies and pending "
        + "writes come and go with the load.",
        new Query("sum by (component, part) (thermocline_memory_usage_bytes{%})", "{{component}} / {{part}}"));

    private static Panel Kinds => Panel.Lines("Native, managed, unexplained", "bytes",
        "Native memory as the ledger counts it, what the runtime has committed for the managed heap, and what of the anonymous "
        + "memory neither explains: stacks, compiled code, native libraries, fragments. Unexplained memory is flat after the start. If "
        + "it grows for hours, something forgets to charge, or leaks.",
        new Query("sum(thermocline_memory_native_bytes{%})", "native"),
        new Query("sum(thermocline_memory_managed_committed_bytes{%})", "managed, committed"),
        new Query("sum(thermocline_memory_unexplained_bytes{%})", "unexplained"));

    private static Panel Hot => Panel.Lines("Hot tier and its target", "bytes",
        "The target moves by itself: down when memory runs short or the container's tasks stall for want of it, up again when there is room. "
        + "Held below the target: there is nothing more to keep. Dropping hot records loses nothing, they are on the disk too. "
        + "Compressed: what part of the tier was made smaller in place, before and after.",
        new Query("""sum(thermocline_tier_bytes{%,tier="hot"})""", "held"),
        new Query("sum(thermocline_hot_target_bytes{%})", "target"),
        new Query("""sum(thermocline_tier_limit_bytes{%,tier="hot"})""", "limit"),
        new Query("""sum(thermocline_hot_compressed_bytes{%,form="plain"})""", "compressed, before"),
        new Query("""sum(thermocline_hot_compressed_bytes{%,form="stored"})""", "compressed, after"))
            .Dashing("target", "limit");

    private static Panel Tiers => Panel.Stack("Bytes by tier", "bytes",
        "Hot: RAM. Warm: files on the local disk, bounded by `tiers.warm.maxBytes`. Cold: what lives in the bucket alone. "
        + "Every hot record is also in a lower tier, so the sum counts it twice.",
        new Query("sum by (tier) (thermocline_tier_bytes{%})", "{{tier}}"));

    private static Panel Records => Panel.Stack("Records by tier", "short",
        "How many records each tier could answer for. Cold counts what lives in the bucket alone.",
        new Query("sum by (tier) (thermocline_active_memories{%})", "{{tier}}"));
}
