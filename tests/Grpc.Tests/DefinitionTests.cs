using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Calls;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Grpc.Wire;
using Thermocline.Protocol.Components;
using Xunit;

namespace Thermocline.Grpc.Tests;

/// <summary>Mistakes of those who put a server together, and the small parts of the wire.</summary>
public sealed class DefinitionTests
{
    private static ServiceDefinitionBuilder State => ServiceDefinition.For(StateReflection.Descriptor.Services[0]);

    [Fact]
    public void A_handler_fits_its_method_or_is_refused()
    {
        Assert.Throws<ArgumentException>(() => State.AddUnary("Fetch", GetRequest.Parser, Answers.Echo));
        Assert.Throws<ArgumentException>(() => State.AddUnary("Set", GetRequest.Parser, Answers.Echo));
        Assert.Throws<ArgumentException>(() =>
            State.AddUnary("Get", GetRequest.Parser, Answers.Echo).AddUnary("Get", GetRequest.Parser, Answers.Echo));
        Assert.Throws<ArgumentException>(() =>
            State.AddDuplex<GetRequest, GetResponse>("Get", GetRequest.Parser, (_, _, _) => Task.CompletedTask));
        ServiceDefinitionBuilder pubsub = ServiceDefinition.For(PubsubReflection.Descriptor.Services[0]);
        Assert.Throws<ArgumentException>(() => pubsub.AddUnary<PullMessagesRequest, PullMessagesResponse>(
            "PullMessages", PullMessagesRequest.Parser, (_, _) => Task.FromResult(new PullMessagesResponse())));
    }

    [Fact]
    public async Task A_server_with_a_service_twice_or_bad_limits_does_not_start()
    {
        ServiceDefinition service = Probe.Of(Answers.Echo);
        await Assert.ThrowsAsync<ArgumentException>(() => GrpcServer.StartAsync([service, service]));
        foreach (GrpcOptions bad in (GrpcOptions[])
            [new() { MaxReceiveMessageBytes = 0 }, new() { MaxSendMessageBytes = -1 }, new() { CallsMax = 0 }, new() { StreamsMax = 2_000_000 }])
            Assert.Throws<ArgumentOutOfRangeException>(bad.Check);
        Assert.Throws<ArgumentException>(new GrpcOptions { TryTake = _ => true }.Check);
    }

    [Fact]
    public void A_call_by_another_protocol_is_told_which()
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "application/grpc";
        http.Request.Protocol = "HTTP/1.1";
        Assert.False(CallEntry.TryBegin(http, out _));
        Assert.Equal(StatusCodes.Status426UpgradeRequired, http.Response.StatusCode);
    }

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("100n", 1)]
    [InlineData("101n", 2)]
    [InlineData("00000007S", 70_000_000)]
    [InlineData("99999999H", 99_999_999L * 36_000_000_000)]
    public void Timeouts_have_six_units(string text, long ticks)
    {
        Assert.True(CallTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Fact]
    public void Binary_headers_come_with_padding_or_without_and_go_without()
    {
        for (int length = 0; length < 10; length++)
        {
            byte[] bytes = [.. Enumerable.Range(250, length).Select(i => (byte)(i % 256))];
            string text = BinaryText.Encode(bytes);
            Assert.DoesNotContain("=", text, StringComparison.Ordinal);
            foreach (string form in (string[])[text, Convert.ToBase64String(bytes), $" {text} "])
            {
                Assert.True(BinaryText.TryDecode(form, out byte[] decoded));
                Assert.Equal(bytes, decoded);
            }
        }

        foreach (string bad in (string[])["A", "AB=C", "****", "AAAAA"])
            Assert.False(BinaryText.TryDecode(bad, out _));
    }

    [Fact]
    public void A_long_message_is_cut_between_characters()
    {
        string text = new string('a', PercentText.CharactersMax - 1) + "🌊";
        Assert.Equal(new string('a', PercentText.CharactersMax - 1), PercentText.Encode(text));
        Assert.Equal("%F0%9F%8C%8A%25", PercentText.Encode("🌊%"));
    }
}
