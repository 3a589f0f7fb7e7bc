using System.IO.Compression;
using System.Text;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Corpus;

/// <summary>Finds the texts of a Debian machine: changelogs, package descriptions, manual pages and documents.</summary>
internal static class TextFiles
{
    private const string Documents = "/usr/share/doc";
    private const string Manuals = "/usr/share/man";
    private const string Packages = "/var/lib/dpkg/status";
    private const int TextBytesMax = 128 << 10;

    // Some programs have thousands of manual pages that repeat each other: that would flatter every codec.
    private const int FamilyFilesMax = 60;
    private static readonly string[] DocumentEndings = [".md", ".txt", ".rst", ".md.gz", ".txt.gz", ".rst.gz"];

    private static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    /// <summary>Every text once, in an order that the random numbers decide, the kinds mixed by their shares.</summary>
    public static IEnumerable<TextFile> Find(Random random)
    {
        var seen = new HashSet<ulong>();
        Queue<TextFile>[] queues = [.. TextKind.All.Select(kind => new Queue<TextFile>(FilesOf(kind, random)))];
        int[] turns = [.. TextKind.All.SelectMany((kind, i) => Enumerable.Repeat(i, kind.Share))];
        while (queues.Any(queue => queue.Count > 0))
        {
            random.Shuffle(turns);
            foreach (int turn in turns)
            {
                if (queues[turn].TryDequeue(out TextFile? file) && file.Read() is { Length: > 0 } text && seen.Add(Fingerprint(text)))
                    yield return file with { Read = () => text };
            }
        }
    }

    private static IEnumerable<TextFile> FilesOf(TextKind kind, Random random)
    {
        if (kind == TextKind.Package)
            return Shuffled(Descriptions(), random);
        if (kind == TextKind.Manual)
            return FewOfEachFamily(Shuffled(From(PathsBelow(Manuals).Where(IsInEnglish), kind), random));
        return Shuffled(From(PathsBelow(Documents).Where(kind == TextKind.Change ? IsChangelog : IsDocument), kind), random);
    }

    private static IEnumerable<TextFile> From(IEnumerable<string> paths, TextKind kind) =>
        paths.Select(path => new TextFile(kind, SubjectOf(path), () => Text(path)));

    private static IEnumerable<TextFile> FewOfEachFamily(IEnumerable<TextFile> files)
    {
        var families = new Dictionary<string, int>();
        foreach (TextFile file in files)
        {
            string family = file.Subject.Split('-', '_', ':')[0];
            int before = families.GetValueOrDefault(family);
            families[family] = before + 1;
            if (before < FamilyFilesMax)
                yield return file;
        }
    }

    private static IEnumerable<TextFile> Descriptions()
    {
        if (!File.Exists(Packages))
            return [];
        return File.ReadAllText(Packages).Split("\n\n").Select(stanza => new TextFile(
            TextKind.Package, FieldOf(stanza, "Package: "), () => FieldOf(stanza, "Description: ")));
    }

    // A field goes on in the lines that begin with a space.
    private static string FieldOf(string stanza, string name)
    {
        int start = stanza.IndexOf("\n" + name, StringComparison.Ordinal) + 1 + name.Length;
        if (stanza.StartsWith(name, StringComparison.Ordinal))
            start = name.Length;
        else if (start == name.Length)
            return "";
        int end = start;
        while (end < stanza.Length && (stanza[end] != '\n' || (end + 1 < stanza.Length && stanza[end + 1] == ' ')))
            end++;
        return stanza[start..end].Replace("\n .\n", "\n\n", StringComparison.Ordinal);
    }

    private static IEnumerable<string> PathsBelow(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", Everywhere).Order(StringComparer.Ordinal) : [];

    // Translations lie in folders named for their language.
    private static bool IsInEnglish(string path) =>
        Path.GetDirectoryName(path)!.StartsWith(Manuals + "/man", StringComparison.Ordinal);

    private static bool IsChangelog(string path) =>
        Path.GetFileName(path) is var name && name.EndsWith(".gz", StringComparison.Ordinal)
        && (name.StartsWith("changelog", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NEWS", StringComparison.Ordinal));

    private static bool IsDocument(string path) =>
        !IsChangelog(path) && Path.GetFileName(path) is var name
        && (name.StartsWith("README", StringComparison.Ordinal) || DocumentEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)));

    // The package of a document, the name of a manual page.
    private static string SubjectOf(string path) =>
        path.StartsWith(Documents, StringComparison.Ordinal) ? path.Split('/')[4] : Path.GetFileName(path).Split('.')[0];

    private static string Text(string path)
    {
        byte[] bytes = new byte[TextBytesMax];
        int length;
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // A dangling link, or a file that is not what its name says.
            return "";
        }

        ReadOnlySpan<byte> text = bytes.AsSpan(0, length);
        return text.Contains((byte)0) ? "" : Encoding.UTF8.GetString(text);
    }

    // Packages built from one source carry the same changelog, and many the same licence or notice.
    private static ulong Fingerprint(string text)
    {
        ulong hash = (ulong)text.Length;
        foreach (char letter in text.AsSpan(0, Math.Min(text.Length, 2_000)))
            hash = KeySpace.Mix(hash ^ letter);
        return hash;
    }

    private static TextFile[] Shuffled(IEnumerable<TextFile> files, Random random)
    {
        TextFile[] all = [.. files];
        random.Shuffle(all);
        return all;
    }
}
