using System.Security.Cryptography;
using System.Text;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Scripts;

/// <summary>A script the server runs as one step: what it checks cannot change before it acts.</summary>
internal sealed class RedisScript(string text)
{
#pragma warning disable CA5350 // The server names scripts by SHA-1; nothing is kept safe by it.
    private readonly string _name = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    /// <exception cref="RespException">It failed.</exception>
    public async ValueTask<RespValue> RunAsync(
        RespClient client, IReadOnlyList<string> keys, Action<RespBatch>? more, int moreParts, CancellationToken cancellation)
    {
        RespValue answer = (await client.SendAsync(Command("EVALSHA", _name, keys, more, moreParts), cancellation))[0];

        // A server that was started anew has forgotten it.
        if (answer.IsError && answer.Text.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            answer = (await client.SendAsync(Command("EVAL", text, keys, more, moreParts), cancellation))[0];
        return answer.ThrowIfError();
    }

    private static RespBatch Command(string verb, string script, IReadOnlyList<string> keys, Action<RespBatch>? more, int moreParts)
    {
        RespBatch batch = new RespBatch().Begin(3 + keys.Count + moreParts).Part(verb).Part(script).Part(keys.Count);
        foreach (string key in keys)
            batch.Part(key);
        more?.Invoke(batch);
        return batch;
    }
}
