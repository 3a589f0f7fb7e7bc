using System.Text.Json;
using System.Text.Unicode;

namespace Thermocline.Memory.Records;

/// <summary>Decides whether a draft may be saved; names every mistake with its field.</summary>
internal static class DraftRules
{

    public static void Check(MemoryDraft draft, string path, int contentBytesMax, MistakeList mistakes)
    {
        CheckContent(draft, path, contentBytesMax, mistakes);
        CheckName(draft.Type, MistakeList.Join(path, "type"), MemoryLimits.TypeBytesMax, mistakes);
        if (draft.Session is not null)
            CheckName(draft.Session, MistakeList.Join(path, "session"), MemoryLimits.SessionBytesMax, mistakes);
        if (draft.Context is not null)
            CheckText(draft.Context, MistakeList.Join(path, "context"), MemoryLimits.ContextBytesMax, mistakes);
        CheckFiles(draft.Files, MistakeList.Join(path, "files"), mistakes);
        CheckMetadata(draft.Metadata, MistakeList.Join(path, "metadata"), mistakes);
        CheckSignificance(draft.Significance, MistakeList.Join(path, "significance"), mistakes);
        CheckTimes(draft, path, mistakes);
        if (draft.IsPrivate)
        {
            mistakes.Add(MistakeList.Join(path, "private"), "private-unavailable",
                "Private memories need encryption, which this version does not have: nothing was stored.");
        }
    }

    private static void CheckContent(MemoryDraft draft, string path, int contentBytesMax, MistakeList mistakes)
    {
        string field = MistakeList.Join(path, draft.IsText ? "text" : "contentBase64");
        if (draft.Content.IsEmpty)
            mistakes.Add(field, "empty", "A memory needs at least one byte of content.");
        else if (draft.Content.Length > contentBytesMax)
            mistakes.Add(field, "too-long", $"The content has {draft.Content.Length:N0} bytes; at most {contentBytesMax:N0} are taken.");
        else if (draft.IsText && !Utf8.IsValid(draft.Content.Span))
            mistakes.Add(field, "invalid", "The text has no valid UTF-8 form (a lone surrogate, or broken bytes).");
    }

    private static void CheckName(string name, string field, int bytesMax, MistakeList mistakes)
    {
        if (name.Length == 0)
            mistakes.Add(field, "empty", "May not be empty; leave the field out instead.");
        else if (Wording.HasControl(name))
            mistakes.Add(field, "invalid", "May not hold control characters.");
        else
            CheckText(name, field, bytesMax, mistakes);
    }

    private static void CheckText(string text, string field, int bytesMax, MistakeList mistakes)
    {
        if (!Wording.IsWellFormed(text))
            mistakes.Add(field, "invalid", "Holds half of a surrogate pair.");
        else if (text.Length > bytesMax || Wording.Utf8Length(text) > bytesMax)
            mistakes.Add(field, "too-long", $"At most {bytesMax:N0} bytes of UTF-8 are taken.");
    }

    private static void CheckFiles(IReadOnlyList<string> files, string field, MistakeList mistakes)
    {
        if (files.Count > MemoryLimits.FilesMax)
            mistakes.Add(field, "too-long", $"{files.Count:N0} files; at most {MemoryLimits.FilesMax} are taken.");
        for (int i = 0; i < Math.Min(files.Count, MemoryLimits.FilesMax); i++)
            CheckName(files[i], $"{field}[{i}]", MemoryLimits.FileBytesMax, mistakes);
    }

    private static void CheckMetadata(ReadOnlyMemory<byte> metadata, string field, MistakeList mistakes)
    {
        if (metadata.IsEmpty)
            return;
        if (metadata.Length > MemoryLimits.MetadataBytesMax)
        {
            mistakes.Add(field, "too-long",
                $"The object has {metadata.Length:N0} bytes of compact JSON; at most {MemoryLimits.MetadataBytesMax:N0} are taken.");
            return;
        }

        try
        {
            if (!Utf8.IsValid(metadata.Span))
                throw new JsonException("Not valid UTF-8.");
            using var parsed = JsonDocument.Parse(metadata, new JsonDocumentOptions
            {
                MaxDepth = MemoryLimits.MetadataDepthMax,
                AllowDuplicateProperties = false,
            });
            if (parsed.RootElement.ValueKind != JsonValueKind.Object)
                mistakes.Add(field, "invalid", "Must be a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second kind is what a name such as "\ud800" without its partner raises.
            mistakes.Add(field, "invalid",
                $"Must be a JSON object without duplicate names, at most {MemoryLimits.MetadataDepthMax} levels deep: {e.Message}");
        }
    }

    private static void CheckSignificance(Significance? significance, string field, MistakeList mistakes)
    {
        for (int i = 0; significance is not null && i < Significance.Names.Count; i++)
        {
            // The negated form also catches NaN.
            if (significance[i] is { } value && !(value is >= 0 and <= 1))
                mistakes.Add($"{field}.{Significance.Names[i]}", "out-of-range", "Must be a number from 0 to 1.");
        }
    }

    private static void CheckTimes(MemoryDraft draft, string path, MistakeList mistakes)
    {
        if (draft.CreatedAt is { } created && created < DateTimeOffset.UnixEpoch)
        {
            mistakes.Add(MistakeList.Join(path, "createdAt"), "out-of-range", "Must not be before 1970.");
            return;
        }

        if (draft.Id is { TimeMs: > 0 } id && draft.CreatedAt?.ToUnixTimeMilliseconds() != id.TimeMs)
            mistakes.Add(MistakeList.Join(path, "id"), "invalid", "The time inside the id must be 0 or equal createdAt.");
    }
}
