using System.Reflection;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Crds;

/// <summary>The CustomResourceDefinition of a record.</summary>
internal static class Definition
{
    private const string Heading = "# Generated from operator/Api by `dotnet run --project operator/Crds`; a test fails when it is stale.\n";

    /// <summary>The name of its file: group and plural.</summary>
    public static string FileNameOf(Type type) => Entity(type) is var entity ? $"{entity.Group}_{entity.PluralName}.yaml" : "";

    /// <summary>The definition as it is shipped.</summary>
    public static string Yaml(Type type) => Heading + YamlText.Of(Json(type));

    /// <summary>The definition as a template of the chart: helm updates it with the chart, and leaves it when the chart goes.</summary>
    public static string ChartTemplate(Type type)
    {
        JsonObject definition = Json(type);
        definition["metadata"]!.AsObject()["annotations"] = new JsonObject { ["helm.sh/resource-policy"] = "keep" };
        string yaml = YamlText.Of(definition);
        return yaml.Contains("{{", StringComparison.Ordinal)
            ? throw new InvalidOperationException("The definition says what helm would take for a template: put it otherwise.")
            : $"{{{{- if .Values.crds.install }}}}\n{Heading}{yaml}{{{{- end }}}}\n";
    }

    /// <summary>The definition.</summary>
    public static JsonObject Json(Type type)
    {
        KubernetesEntityAttribute entity = Entity(type);
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{entity.PluralName}.{entity.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = entity.Group,
                ["names"] = Names(entity),
                ["scope"] = "Namespaced",
                ["versions"] = new JsonArray(Version(type, entity)),
            },
        };
    }

    /// <summary>The schema alone.</summary>
    public static JsonObject Schema(Type type)
    {
        JsonObject properties = new()
        {
            ["apiVersion"] = Word("Version of the schema of this object: group and version."),
            ["kind"] = Word("Kind of this object."),
            ["metadata"] = new JsonObject { ["type"] = "object" },
        };
        JsonArray required = [];
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.IsDefined(typeof(DescriptionAttribute))))
        {
            string name = SchemaGenerator.NameOf(property);
            // What the operator observed has no defaults: absent means that it did not look.
            SchemaGenerator generator = new(withDefaults: name != "status");
            properties[name] = generator.Property(property, null);
            if (property.IsDefined(typeof(RequiredAttribute)))
                required.Add(name);
        }

        JsonObject schema = new() { ["description"] = type.GetCustomAttribute<DescriptionAttribute>()!.Description, ["type"] = "object" };
        if (required.Count > 0)
            schema["required"] = required;
        schema["properties"] = properties;
        SchemaGenerator.AddRules(schema, type);
        return schema;

        static JsonObject Word(string description) => new() { ["description"] = description, ["type"] = "string" };
    }

    private static KubernetesEntityAttribute Entity(Type type) => type.GetCustomAttribute<KubernetesEntityAttribute>()
        ?? throw new ArgumentException($"{type} is no resource: it has no {nameof(KubernetesEntityAttribute)}.", nameof(type));

    private static JsonObject Names(KubernetesEntityAttribute entity) => new()
    {
        ["kind"] = entity.Kind,
        ["listKind"] = entity.Kind + "List",
        ["plural"] = entity.PluralName,
        ["singular"] = entity.Kind.ToLowerInvariant(),
        ["shortNames"] = new JsonArray([.. entity.ShortNames.Select(name => JsonValue.Create(name))]),
        ["categories"] = new JsonArray([.. entity.Categories.Select(name => JsonValue.Create(name))]),
    };

    private static JsonObject Version(Type type, KubernetesEntityAttribute entity) => new()
    {
        ["name"] = entity.ApiVersion,
        ["served"] = true,
        ["storage"] = true,
        ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
        ["additionalPrinterColumns"] = new JsonArray(
            [.. type.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>().Select(Column)]),
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = Schema(type) },
    };

    private static JsonObject Column(GenericAdditionalPrinterColumnAttribute column) => new()
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["description"] = column.Description,
        ["jsonPath"] = column.JsonPath,
    };
}
