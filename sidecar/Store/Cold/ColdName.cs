using System.Buffers;

namespace Thermocline.Store.Cold;

/// <summary>
/// The rule for names of objects: ASCII letters, digits, <c>/ - . _</c>, at most 200 characters, no part between slashes
/// that is empty, <c>.</c> or <c>..</c>. The engine makes all names itself, so a bad one is a bug and raises
/// <see cref="ArgumentException"/>. Such names need no escaping in a URL, a header or a path.
/// </summary>
public static class ColdName
{
    /// <summary>Longest name in characters.</summary>
    public const int LengthMax = 200;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._");

    /// <summary>Whether a name keeps the rule.</summary>
    public static bool IsValid(string? name) => name is { Length: > 0 and <= LengthMax } && IsPlain(name);

    /// <summary>Refuses a name that does not keep the rule.</summary>
    /// <exception cref="ArgumentException">The name does not keep it.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
            throw new ArgumentException($"'{name}' is not the name of an object.", nameof(name));
    }

    /// <summary>Refuses a prefix of a listing that is neither empty nor the beginning of a name.</summary>
    /// <exception cref="ArgumentException">No name starts like this.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        // Completed by a letter, the beginning of a name is a name.
        if (prefix.Length > 0 && !IsValid(prefix + "x"))
            throw new ArgumentException($"No object's name starts with '{prefix}'.", nameof(prefix));
    }

    private static bool IsPlain(string name)
    {
        if (name.AsSpan().ContainsAnyExcept(Allowed))
            return false;
        foreach (Range part in name.AsSpan().Split('/'))
        {
            if (name.AsSpan()[part] is "" or "." or "..")
                return false;
        }

        return true;
    }
}
