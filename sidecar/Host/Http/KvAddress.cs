using System.Buffers;
using System.Text;
using Thermocline.Store;

namespace Thermocline.Sidecar.Http;

/// <summary>
/// The collection and key a key/value request names, taken from the raw request target. The server's own path is
/// decoded and tidied up (<c>..</c> removed, <c>%2F</c> kept), which would make two keys out of one or one out of two.
/// </summary>
internal sealed class KvAddress
{
    private const string Root = "/v1/kv/";
    private const string BatchSuffix = ":batch";

    private KvAddress(string collection, byte[] composed, Problem? problem)
    {
        Collection = collection;
        Composed = composed;
        Problem = problem;
    }

    /// <summary>The collection's name.</summary>
    public string Collection { get; }

    /// <summary>Collection and key as the store orders them; without a key the prefix of the whole collection.</summary>
    public byte[] Composed { get; }

    /// <summary>What is wrong with the names, or null.</summary>
    public Problem? Problem { get; }

    /// <summary>The address of a request whose route has one.</summary>
    public static KvAddress Of(HttpContext context) => context.Features.Get<KvAddress>()!;

    /// <summary>
    /// Runs before routing: takes the names off the raw target and gives routing a path that says only which kind of
    /// request this is.
    /// </summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        ReadOnlySpan<char> path = PathOf(target);
        if (path.StartsWith(Root, StringComparison.OrdinalIgnoreCase))
            context.Request.Path = Route(context, path[Root.Length..]);
        else if (context.Request.Path.StartsWithSegments("/v1/kv", StringComparison.OrdinalIgnoreCase))
            // A spelling that only tidying up turns into this path names no key: /v1/./kv/…, /v1/%6Bv/….
            context.Request.Path = "/v1";
        return next(context);
    }

    /// <summary>Whether a name may be a caller's collection; a problem when it may not.</summary>
    public static Problem? RefuseCollection(ReadOnlySpan<byte> name)
    {
        if (name.Length > 0 && name[0] == (byte)'_')
            return new Problem(400, ProblemCode.CollectionReserved, "Collections that start with _ belong to the sidecar.");
        bool valid = name.Length is > 0 and <= Limits.CollectionBytesMax && IsLetterOrDigit(name[0]);
        foreach (byte letter in name)
            valid &= IsLetterOrDigit(letter) || letter is (byte)'.' or (byte)'_' or (byte)'-';
        return valid ? null : new Problem(400, ProblemCode.CollectionInvalid, "The collection's name is not valid.",
            "1 to 128 of a-z 0-9 . _ - and the first one a letter or digit.");
    }

    /// <summary>Whether bytes may be a caller's key; a problem when they may not.</summary>
    public static Problem? RefuseKey(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
            return new Problem(400, ProblemCode.KeyEmpty, "The key is empty.");
        if (key.Length > Limits.KeyBytesMax)
            return new Problem(400, ProblemCode.KeyTooLong, "The key is too long.", "At most 1,024 bytes of UTF-8.");
        return key.Contains((byte)0) ? InvalidKey : null;
    }

    private static Problem InvalidKey { get; } = new(400, ProblemCode.KeyInvalid, "The key is not valid.",
        "Percent-encoded UTF-8 without NUL.");

    private static bool IsLetterOrDigit(byte letter) =>
        letter is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9';

    /// <summary>The path inside a request target, without its query; absolute targets carry scheme and host before it.</summary>
    public static ReadOnlySpan<char> PathOf(string target)
    {
        ReadOnlySpan<char> path = target;
        if (!target.StartsWith('/'))
        {
            int scheme = target.IndexOf("://", StringComparison.Ordinal);
            int slash = scheme < 0 ? -1 : target.IndexOf('/', scheme + 3);
            if (slash < 0)
                return [];
            path = target.AsSpan(slash);
        }
        int query = path.IndexOf('?');
        return query < 0 ? path : path[..query];
    }

    private static PathString Route(HttpContext context, ReadOnlySpan<char> rest)
    {
        int slash = rest.IndexOf('/');
        ReadOnlySpan<char> collection = slash < 0 ? rest : rest[..slash];
        bool batch = slash < 0 && collection.EndsWith(BatchSuffix, StringComparison.Ordinal);
        if (batch)
            collection = collection[..^BatchSuffix.Length];
        if (collection.IsEmpty && slash < 0 && !batch)
            return "/v1";
        context.Features.Set(Read(collection, slash < 0 ? [] : rest[(slash + 1)..], keyed: slash >= 0));
        if (batch)
            return "/v1/kv/c:batch";
        return slash < 0 ? "/v1/kv/c" : "/v1/kv/c/k";
    }

    private static KvAddress Read(ReadOnlySpan<char> collection, ReadOnlySpan<char> key, bool keyed)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(collection.Length + key.Length);
        try
        {
            if (!PercentDecoding.TryDecode(collection, rented, plusIsSpace: false, out int nameLength))
                return Refused(RefuseCollection("?"u8)!);
            ReadOnlySpan<byte> name = rented.AsSpan(0, nameLength);
            if (RefuseCollection(name) is { } wrongName)
                return Refused(wrongName);
            if (!PercentDecoding.TryDecode(key, rented.AsSpan(nameLength), plusIsSpace: false, out int keyLength))
                return Refused(InvalidKey);
            ReadOnlySpan<byte> decoded = rented.AsSpan(nameLength, keyLength);
            if (keyed && RefuseKey(decoded) is { } wrongKey)
                return Refused(wrongKey);
            var composed = new byte[1 + nameLength + keyLength];
            Keys.Compose(name, decoded, composed);
            return new KvAddress(Encoding.UTF8.GetString(name), composed, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static KvAddress Refused(Problem problem) => new("", [], problem);
}
