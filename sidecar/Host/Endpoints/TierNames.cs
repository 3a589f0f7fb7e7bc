using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>How answers spell tiers.</summary>
internal static class TierNames
{
    public static string Of(Tier tier) => tier switch
    {
        Tier.None => "none",
        Tier.Hot => "hot",
        Tier.Warm => "warm",
        Tier.Cold => "cold",
    };
}
