using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline status</c>: asks a running sidecar.</summary>
internal static class StatusCommand
{
    private const string DefaultData = "./data";

    private const string Description = "Asks a running sidecar where memory is and why.";

    private const string More =
        """
        Examples:
          thermocline status --data ./data
          thermocline status --server http://127.0.0.1:7071 --token-file /etc/thermocline/token --output json
        """;

    private static readonly Option<string?> Data = CommonOptions.Data();

    private static readonly Option<string?> Server = new("--server")
    {
        Description = "Address of the sidecar. Default: the one its data folder names.",
        HelpName = "URL",
    };

    private static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = "File that holds the admin token. Default: the one in the data folder.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Output = CommonOptions.Output();

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("status", Description, More) { Data, Server, TokenFile, Output };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, surroundings, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings, CancellationToken cancellation)
    {
        string folder = parsed.GetValue(Data) ?? DefaultData;
        try
        {
            string address = parsed.GetValue(Server)
                ?? (await File.ReadAllTextAsync(Path.Combine(folder, AdminAddress.FileName), cancellation)).Trim();
            if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? server) || server.Scheme is not ("http" or "https"))
            {
                await surroundings.Error.WriteLineAsync($"--server must be an http address, not '{address}'.");
                return ExitCode.BadUsage;
            }
            string token = AdminToken.ReadFrom(parsed.GetValue(TokenFile) ?? Path.Combine(folder, AdminToken.FileName));
            return await AskAsync(server, token, parsed.GetValue(Output) == "json", surroundings, cancellation);
        }
        catch (FileNotFoundException)
        {
            return await FailAsync(surroundings, $"No sidecar runs on {folder}: name its folder with --data.");
        }
        catch (DirectoryNotFoundException)
        {
            return await FailAsync(surroundings, $"There is no folder {folder}: name the sidecar's folder with --data.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException
            or HostingException or JsonException or TaskCanceledException)
        {
            return await FailAsync(surroundings, $"The sidecar did not answer: {failure.Message}");
        }
    }

    private static async Task<int> AskAsync(
        Uri server, string token, bool json, Surroundings surroundings, CancellationToken cancellation)
    {
        using HttpClient client = new() { BaseAddress = server, Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await client.GetAsync(new Uri("/v1/status", UriKind.Relative), cancellation);
        if (!answer.IsSuccessStatusCode)
            return await FailAsync(surroundings, $"{server} answered {(int)answer.StatusCode} {answer.ReasonPhrase}.");
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        SidecarStatus status = JsonSerializer.Deserialize(body, StatusJson.Default.SidecarStatus)
            ?? throw new JsonException("The answer is empty.");
        await surroundings.Output.WriteLineAsync(json ? body : StatusTable.Write(server, status));
        return ExitCode.Done;
    }

    private static async Task<int> FailAsync(Surroundings surroundings, string why)
    {
        await surroundings.Error.WriteLineAsync(why);
        return ExitCode.Failed;
    }
}
