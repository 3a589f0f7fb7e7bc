namespace Thermocline.Grpc.Wire;

/// <summary>The content types of calls.</summary>
internal static class MediaTypes
{
    public const string Call = "application/grpc";

    private const string WithProto = "application/grpc+proto";

    public static bool IsCall(string? contentType)
    {
        if (contentType is null || !contentType.StartsWith(Call, StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> rest = contentType.AsSpan(
            contentType.StartsWith(WithProto, StringComparison.OrdinalIgnoreCase) ? WithProto.Length : Call.Length);
        return rest.IsEmpty || rest[0] is ';' or ' ';
    }
}
