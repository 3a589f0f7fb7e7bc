using Thermocline.Resp;

namespace Thermocline.Events.Redis;

/// <summary>What the parts of a bus share.</summary>
/// <param name="Client">The connection for everything that does not wait in the server.</param>
/// <param name="Options">How events are kept.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Draws between 0 and 1; may be called by many threads at once.</param>
/// <param name="Member">The name of this process among the members of its groups.</param>
internal sealed record RedisLink(RespClient Client, RedisBusOptions Options, TimeProvider Time, Func<double> Random, string Member);
