using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Crds;

/// <summary>Structural OpenAPI schemas of records: types from their properties, rules from attributes, defaults from new instances.</summary>
/// <param name="withDefaults">Whether defaults belong into the schema.</param>
internal sealed class SchemaGenerator(bool withDefaults)
{
    /// <summary>The name of a property in JSON.</summary>
    public static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>Adds the rules of a type or property to its schema.</summary>
    public static void AddRules(JsonObject schema, MemberInfo member)
    {
        JsonArray rules = [];
        foreach (ValidationRuleAttribute attribute in member.GetCustomAttributes<ValidationRuleAttribute>())
        {
            JsonObject rule = new() { ["rule"] = attribute.Rule, ["message"] = attribute.Message };
            if (attribute.FieldPath is not null)
                rule["fieldPath"] = attribute.FieldPath;
            rules.Add(rule);
        }

        if (rules.Count == 0)
            return;
        // A section may have rules of its type and of the property that holds it.
        foreach (JsonNode? rule in schema["x-kubernetes-validations"] as JsonArray ?? [])
            rules.Insert(0, rule!.DeepClone());
        schema["x-kubernetes-validations"] = rules;
    }

    /// <summary>The schema of a property.</summary>
    /// <param name="property">The property.</param>
    /// <param name="owner">A new instance of its record, which knows the default; null for none.</param>
    public JsonObject Property(PropertyInfo property, object? owner)
    {
        string description = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        if (description.Length == 0)
            throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no description.");
        JsonObject schema = new() { ["description"] = description };
        bool required = property.IsDefined(typeof(RequiredAttribute));
        if (withDefaults && !required && owner is not null && property.GetValue(owner) is { } standard)
            schema["default"] = Default(standard);
        AddType(schema, property.PropertyType, property);
        AddRules(schema, property);
        return schema;
    }

    private static JsonNode Default(object value) => value switch
    {
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        IEnumerable items => new JsonArray([.. items.Cast<object>().Select(Default)]),
        _ => Defaults(value),
    };

    // Whole: the API server checks a default against the rules of its section before it fills in the defaults of the fields.
    private static JsonObject Defaults(object section)
    {
        JsonObject fields = [];
        foreach (PropertyInfo property in section.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetValue(section) is { } value)
                fields[NameOf(property)] = Default(value);
        }

        return fields;
    }

    private static void AddRange(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeMinimumAttribute>() is { } minimum)
            schema["minimum"] = Number(minimum.Minimum);
        if (property.GetCustomAttribute<RangeMaximumAttribute>() is { } maximum)
            schema["maximum"] = Number(maximum.Maximum);

        static JsonValue Number(double number) => JsonValue.Create((long)number);
    }

    private static void AddText(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            if (length.MinLength > 0)
                schema["minLength"] = length.MinLength;
            schema["maxLength"] = length.MaxLength;
        }

        if (property.GetCustomAttribute<PatternAttribute>() is { } pattern)
            schema["pattern"] = pattern.Pattern;
        if (property.GetCustomAttribute<EnumValuesAttribute>() is { } words)
            schema["enum"] = new JsonArray([.. words.Values.Select(word => JsonValue.Create(word))]);
    }

    private void AddType(JsonObject schema, Type type, PropertyInfo property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            AddScalar("string", null);
        else if (type == typeof(DateTimeOffset))
            AddScalar("string", "date-time");
        else if (type == typeof(bool))
            AddScalar("boolean", null);
        else if (type == typeof(int))
            AddScalar("integer", "int32");
        else if (type == typeof(long))
            AddScalar("integer", "int64");
        else if (type == typeof(double))
            AddScalar("number", "double");
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            AddList(schema, type.GetGenericArguments()[0], property);
        else if (type == typeof(IReadOnlyDictionary<string, string>))
            AddMap(schema, property);
        else
            AddSection(schema, type);

        void AddScalar(string name, string? format)
        {
            schema["type"] = name;
            if (format is not null)
                schema["format"] = format;
            AddRange(schema, property);
            AddText(schema, property);
        }
    }

    private void AddList(JsonObject schema, Type item, PropertyInfo property)
    {
        schema["type"] = "array";
        schema["maxItems"] = Bound(property);
        if (property.GetCustomAttribute<ListMapKeyAttribute>() is { } key)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = new JsonArray(key.Key);
        }
        else
        {
            schema["x-kubernetes-list-type"] = "atomic";
        }

        JsonObject items = [];
        AddType(items, item, property);
        schema["items"] = items;
    }

    private static void AddMap(JsonObject schema, PropertyInfo property)
    {
        JsonObject value = new() { ["type"] = "string" };
        AddText(value, property);
        schema["type"] = "object";
        schema["maxProperties"] = Bound(property);
        schema["x-kubernetes-map-type"] = "atomic";
        schema["additionalProperties"] = value;
    }

    private static int Bound(PropertyInfo property) => property.GetCustomAttribute<ItemsAttribute>()?.MaxItems
        ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no bound: give it {nameof(ItemsAttribute)}.");

    private void AddSection(JsonObject schema, Type type)
    {
        object instance = Activator.CreateInstance(type)!;
        JsonObject properties = [];
        JsonArray required = [];
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            properties[NameOf(property)] = Property(property, instance);
            if (property.IsDefined(typeof(RequiredAttribute)))
                required.Add(NameOf(property));
        }

        schema["type"] = "object";
        if (required.Count > 0)
            schema["required"] = required;
        schema["properties"] = properties;
        AddRules(schema, type);
    }
}
