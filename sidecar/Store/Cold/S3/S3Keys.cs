namespace Thermocline.Store.Cold.S3;

/// <summary>The keys of one moment.</summary>
/// <param name="AccessKey">Who asks.</param>
/// <param name="SecretKey">The proof. Never printed.</param>
/// <param name="SessionToken">The third part of temporary credentials.</param>
internal sealed record S3Keys(string AccessKey, string SecretKey, string? SessionToken)
{
    public override string ToString() => "keys";
}
