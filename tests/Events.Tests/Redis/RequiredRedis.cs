using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Events.Tests.Redis;

/// <summary>A server for a test, or a skip that says what is missing; in CI that is a failure.</summary>
internal static class RequiredRedis
{
    public static async Task<RedisServer> StartAsync(params string[] more)
    {
        string? program = RedisServer.Find();
        if (program is null)
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", RedisServer.Missing);
        Assert.True(program is not null, RedisServer.Missing);
        return await RedisServer.StartAsync(program, TestContext.Current.CancellationToken, more);
    }
}
