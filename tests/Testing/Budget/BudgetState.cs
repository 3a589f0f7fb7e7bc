using System.Globalization;

namespace Thermocline.Testing.Budget;

/// <summary>How far a run has come, in two files of its folder, so that a stopped one can be gone on with.</summary>
internal sealed class BudgetState
{
    private readonly string _folder;
    private readonly string _kind;
    private long _newBytes;
    private long _overwrittenBytes;

    private BudgetState(string folder, string kind, RecordVersions versions)
    {
        _folder = folder;
        _kind = kind;
        Versions = versions;
    }

    public RecordVersions Versions { get; }

    /// <summary>Bytes of records acknowledged in their first version.</summary>
    public long NewBytes => Interlocked.Read(ref _newBytes);

    /// <summary>Bytes of records acknowledged in later versions.</summary>
    public long OverwrittenBytes => Interlocked.Read(ref _overwrittenBytes);

    /// <summary>Records from the first on that the final walk has compared.</summary>
    public int Walked { get; set; }

    public static BudgetState Open(BudgetOptions options)
    {
        Directory.CreateDirectory(options.Folder);
        string kind = string.Create(CultureInfo.InvariantCulture,
            $"seed {options.Seed}, {options.RecordBytes} bytes, {options.Writers} writers, {options.Bytes} bytes in all");
        // Records are from half to one and a half of the mean: the law of large numbers leaves room to spare.
        int capacity = checked((int)(options.Bytes / options.RecordBytes * 5 / 4)) + (options.Writers * options.BatchRecords * 2);
        string counts = Path.Combine(options.Folder, "run.counts");
        if (!File.Exists(counts))
            return new BudgetState(options.Folder, kind, new RecordVersions(capacity));
        string[] lines = File.ReadAllLines(counts);
        if (lines[0] != kind)
            throw new InvalidOperationException($"{options.Folder} holds a run of {lines[0]}: give the same options, or another folder.");
        RecordVersions versions = RecordVersions.Load(Path.Combine(options.Folder, "run.versions"), capacity)
            ?? throw new InvalidOperationException($"{options.Folder} holds half a run: give another folder.");
        return new BudgetState(options.Folder, kind, versions)
        {
            _newBytes = Number(lines[1]),
            _overwrittenBytes = Number(lines[2]),
            Walked = (int)Number(lines[3]),
        };
    }

    /// <summary>Counts what was acknowledged.</summary>
    public void Add(long newBytes, long overwrittenBytes)
    {
        Interlocked.Add(ref _newBytes, newBytes);
        Interlocked.Add(ref _overwrittenBytes, overwrittenBytes);
    }

    public void Save()
    {
        Versions.Save(Path.Combine(_folder, "run.versions"));
        File.WriteAllLines(
            Path.Combine(_folder, "run.counts"),
            [_kind, Text(NewBytes), Text(OverwrittenBytes), Text(Walked)]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
