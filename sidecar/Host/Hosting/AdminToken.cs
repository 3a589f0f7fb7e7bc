using System.Security.Cryptography;
using System.Text;

namespace Thermocline.Sidecar.Hosting;

/// <summary>The bearer token of the admin routes. Only its hash is kept, and it is never logged.</summary>
internal sealed class AdminToken
{
    /// <summary>File in the data folder that holds the token when none is configured.</summary>
    public const string FileName = "admin.token";

    private const int BytesMax = 4096;
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash;

    public AdminToken(string token) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The configured token, or the one of the data folder, which is made when it is not there yet.</summary>
    /// <exception cref="HostingException">The file cannot be read or holds no token.</exception>
    public static AdminToken Load(string configuredFile, string dataFolder)
    {
        string path = configuredFile.Length > 0 ? configuredFile : Path.Combine(dataFolder, FileName);
        try
        {
            if (configuredFile.Length == 0 && !File.Exists(path))
                Create(path);
            return new AdminToken(ReadFrom(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostingException($"The admin token cannot be read from {path}: {failure.Message}", failure);
        }
    }

    /// <summary>Reads the token a file holds, without the line end an editor leaves.</summary>
    /// <exception cref="HostingException">The file holds no token.</exception>
    public static string ReadFrom(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[BytesMax];
        int length = file.ReadAtLeast(bytes, BytesMax, throwOnEndOfStream: false);
        string token = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return token.Length > 0 && length < BytesMax
            ? token
            : throw new HostingException($"{path} must hold a token of 1 to {BytesMax - 1} bytes.");
    }

    /// <summary>Whether an Authorization header carries the token. Takes the same time whatever differs.</summary>
    public bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        byte[] offered = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        return CryptographicOperations.FixedTimeEquals(offered, _hash);
    }

    private static void Create(string path)
    {
        // Written aside and renamed, so that a crash leaves no half token behind.
        string aside = path + ".new";
        File.Delete(aside);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(aside, options))
            writer.WriteLine(RandomNumberGenerator.GetHexString(64, lowercase: true));
        File.Move(aside, path, overwrite: true);
    }
}
