using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>What the endpoints of the data API work on.</summary>
/// <param name="Store">The store.</param>
/// <param name="Time">The clock.</param>
/// <param name="Bodies">Bytes that bodies in flight may take.</param>
internal sealed record DataPlane(TieredStore Store, TimeProvider Time, BodyBudget Bodies);
