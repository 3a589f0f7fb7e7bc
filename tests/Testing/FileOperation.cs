namespace Thermocline.Testing;

/// <summary>The calls that change a disk or make a change durable: those that can fail or be interrupted.</summary>
public enum FileOperationKind
{
    Create,
    Write,
    SetLength,
    Flush,
    CreateDirectory,
    Rename,
    Delete,
    SyncDirectory,
}

/// <summary>One such call. Numbers start at 0 and count every kind together.</summary>
public readonly record struct FileOperation(int Number, FileOperationKind Kind, string Path, long Offset = 0, long Bytes = 0);
