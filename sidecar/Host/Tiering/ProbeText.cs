using System.Buffers;
using System.Text;
using System.Text.Json;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Tiering;

/// <summary>The report of a probe, for people and for programs.</summary>
internal static class ProbeText
{
    public static string Write(string name, IReadOnlyList<ProbeStep> steps)
    {
        var text = new StringBuilder();
        Line(text, $"Cold store {name}");
        foreach (ProbeStep step in steps)
        {
            Line(text, $"  {(step.Passed ? "ok    " : "FAILED")} {step.Name,-24}{Quantities.Time(step.Took),10}  {step.Detail}");
            if (!step.Passed)
                Line(text, $"         {step.Advice}");
        }

        bool passed = steps.All(step => step.Passed);
        Line(text, passed ? "Everything the engine needs works." : "docs/OPERATIONS.md, The cold store, has the policy and what each failure means.");
        return text.ToString().TrimEnd();
    }

    public static string Json(string name, IReadOnlyList<ProbeStep> steps)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteBoolean("passed", steps.All(step => step.Passed));
            json.WriteStartArray("steps");
            foreach (ProbeStep step in steps)
            {
                json.WriteStartObject();
                json.WriteString("name", step.Name);
                json.WriteBoolean("passed", step.Passed);
                json.WriteNumber("ms", Math.Round(step.Took.TotalMilliseconds, 3));
                json.WriteString("detail", step.Detail);
                json.WriteString("advice", step.Advice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
