using System.Text.Json;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>Checks of answers.</summary>
internal static class Answers
{
    /// <summary>The answer is problem details of this status and code; gives back its body.</summary>
    public static async Task<JsonElement> AssertProblemAsync(this HttpResponseMessage answer, int status, string code)
    {
        string body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("urn:thermocline:problem:" + code, problem.GetProperty("type").GetString());
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        return problem;
    }

    /// <summary>A header's only value.</summary>
    public static string Header(this HttpResponseMessage answer, string name) =>
        Assert.Single(answer.Headers.TryGetValues(name, out IEnumerable<string>? values)
            ? values
            : answer.Content.Headers.GetValues(name));
}
