using Thermocline.Store.Cold;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>What the cold tier works on.</summary>
/// <param name="Cold">The cold store.</param>
/// <param name="Files">The local disk.</param>
/// <param name="Identity">Whose segments they are.</param>
/// <param name="Share">What packed segments share.</param>
/// <param name="Reader">Fetches chunks.</param>
/// <param name="Time">The clock.</param>
internal sealed record ColdParts(
    IColdStore Cold, IFiles Files, Identity Identity, PackedShare Share, ColdReader Reader, TimeProvider Time);
