using System.Text.Json;
using Thermocline.Memory.Search;

namespace Thermocline.Memory.Json;

/// <summary>Reads a search request from the JSON of the data API. Strict: an unknown field is a mistake.</summary>
public static class SearchJson
{
    /// <summary>Reads a request; null when it has mistakes, which are added to the list.</summary>
    public static SearchRequest? Read(JsonElement json, ICollection<Mistake> mistakes)
    {
        ArgumentNullException.ThrowIfNull(mistakes);
        if (json.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add(new Mistake("", "invalid", "A search is a JSON object."));
            return null;
        }

        var fields = new JsonFields("", mistakes);
        var request = new SearchRequest { Query = "" };
        bool queried = false;
        try
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                queried |= property.NameEquals("query"u8);
                request = Field(request, property, fields);
            }
        }
        catch (InvalidOperationException)
        {
            fields.Add("", "invalid", "A field's name holds half of a surrogate pair.");
        }

        if (!queried)
            fields.Add("query", "required", "A search needs a query.");
        fields.AddNew(SearchRules.Check(request));
        return fields.HasMistakes ? null : request;
    }

    private static SearchRequest Field(SearchRequest request, JsonProperty property, JsonFields fields)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "query":
                return request with { Query = fields.String("query", value) ?? "" };
            case "mode":
                return request with { Mode = fields.OptionalString("mode", value) ?? SearchRequest.ModeKeyword };
            case "k":
                return request with { ResultsMax = Results(value, fields) };
            case "filters":
                return request with { Filters = Filters(value, fields) };
            case "context":
                // Named by the API for the modes to come; a keyword search has no use for it.
                fields.OptionalString("context", value);
                return request;
            default:
                fields.Add(property.Name, "unknown-field", "The fields are query, mode, k, filters, context.");
                return request;
        }
    }

    private static int Results(JsonElement value, JsonFields fields)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count))
            return count;
        fields.Add("k", "invalid", $"Must be a whole number from 1 to {MemoryLimits.ResultsMax:N0}.");
        return MemoryLimits.ResultsDefault;
    }

    private static SearchFilters Filters(JsonElement value, JsonFields fields)
    {
        var filters = new SearchFilters();
        if (value.ValueKind == JsonValueKind.Null)
            return filters;
        if (value.ValueKind != JsonValueKind.Object)
        {
            fields.Add("filters", "invalid", "Must be an object.");
            return filters;
        }

        foreach (JsonProperty property in value.EnumerateObject())
            filters = Filter(filters, property, fields);
        return filters;
    }

    private static SearchFilters Filter(SearchFilters filters, JsonProperty property, JsonFields fields)
    {
        string field = $"filters.{property.Name}";
        switch (property.Name)
        {
            case "type":
                return filters with { Type = fields.OptionalString(field, property.Value) };
            case "session":
                return filters with { Session = fields.OptionalString(field, property.Value) };
            case "file":
                return filters with { File = fields.OptionalString(field, property.Value) };
            case "from":
                return filters with { From = fields.Time(field, property.Value) };
            case "to":
                return filters with { To = fields.Time(field, property.Value) };
            default:
                fields.Add(field, "unknown-field", "The filters are type, session, file, from, to.");
                return filters;
        }
    }
}
