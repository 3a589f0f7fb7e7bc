using System.Net;
using System.Text.Json;
using Thermocline.Testing;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests;

/// <summary>The sidecar as a process: its exit codes, its one line, its data folder.</summary>
public sealed class ServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_process_on_one_data_folder_is_refused_and_the_first_goes_on()
    {
        SidecarProgram program = SidecarProgram.Need();
        using var folder = new TempFolder();
        await using SidecarProcess first = SidecarProcess.Serve(program, folder.Path);
        Uri address = await first.AddressAsync(Cancellation);
        await using SidecarProcess second = SidecarProcess.Serve(program, folder.Path);
        Assert.Equal(1, await second.ExitAsync(Cancellation));
        Assert.Null(await second.ReadyAsync(Cancellation));
        Assert.Contains(folder.Path, second.Output, StringComparison.Ordinal);
        Assert.Contains($"process {first.Id}", second.Output, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = address };
        await PutAsync(client, "/v1/kv/c/k", "still here");
        Assert.Equal("still here", await client.GetStringAsync(new Uri("/v1/kv/c/k", UriKind.Relative), Cancellation));
    }

    [Fact]
    public async Task Sigterm_stops_with_code_0_and_what_was_written_is_there_afterwards()
    {
        SidecarProgram program = SidecarProgram.Need();
        using var folder = new TempFolder();
        await using (SidecarProcess first = SidecarProcess.Serve(program, folder.Path))
        {
            using var client = new HttpClient { BaseAddress = await first.AddressAsync(Cancellation) };
            for (int i = 0; i < 50; i++)
            {
                await PutAsync(client, $"/v1/kv/c/k{i}", $"value {i}");
            }

            Assert.Equal(0, await first.StopAsync(Cancellation));
        }

        await using SidecarProcess second = SidecarProcess.Serve(program, folder.Path);
        using var reader = new HttpClient { BaseAddress = await second.AddressAsync(Cancellation) };
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal($"value {i}", await reader.GetStringAsync(new Uri($"/v1/kv/c/k{i}", UriKind.Relative), Cancellation));
        }

        Assert.Equal(0, await second.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Sigterm_right_after_the_start_stops_with_code_0()
    {
        SidecarProgram program = SidecarProgram.Need();
        using var folder = new TempFolder();
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, folder.Path);
        await sidecar.AddressAsync(Cancellation);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Standard_output_is_the_ready_line_alone()
    {
        SidecarProgram program = SidecarProgram.Need();
        using var folder = new TempFolder();
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, folder.Path);
        Uri address = await sidecar.AddressAsync(Cancellation);
        Assert.Equal("127.0.0.1", address.Host);
        await sidecar.StopAsync(Cancellation);
        Assert.StartsWith("ready http://127.0.0.1:", Assert.Single(sidecar.StandardOutput.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_usage_ends_with_code_2()
    {
        await using SidecarProcess sidecar = SidecarProcess.Start(SidecarProgram.Need(), ["serve", "--no-such-option"]);
        Assert.Equal(2, await sidecar.ExitAsync(Cancellation));
        Assert.Contains("--no-such-option", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_imported_is_found_over_http_and_is_not_imported_again()
    {
        SidecarProgram program = SidecarProgram.Need();
        using var folder = new TempFolder();
        string data = folder.Combine("data");
        string notes = folder.Combine("notes.md");
        await File.WriteAllTextAsync(notes, "# Depth\n\nThe thermocline separates warm water from cold water.\n", Cancellation);
        await ImportAsync(program, data, notes);
        await ImportAsync(program, data, notes);
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, data);
        using var client = new HttpClient { BaseAddress = await sidecar.AddressAsync(Cancellation) };
        using var query = new StringContent("""{"query":"thermocline","mode":"keyword","k":10}""", null, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/v1/memories:search", UriKind.Relative), query, Cancellation);
        string body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        using JsonDocument found = JsonDocument.Parse(body);
        JsonElement result = Assert.Single(found.RootElement.GetProperty("results").EnumerateArray());
        Assert.Contains("warm water", result.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static async Task ImportAsync(SidecarProgram program, string data, string path)
    {
        await using SidecarProcess import = SidecarProcess.Start(program, ["import", "--if-empty", "--data", data, path]);
        int? code = await import.ExitAsync(Cancellation);
        Assert.True(code == 0, $"import ended with {code}:\n{import.Output}");
    }

    private static async Task PutAsync(HttpClient client, string path, string value)
    {
        using var content = new StringContent(value);
        using HttpResponseMessage answer = await client.PutAsync(new Uri(path, UriKind.Relative), content, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
