using Thermocline.Operator.Plan.Conditions;
using Xunit;

namespace Thermocline.Operator.Tests.Plan;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1023, "1023")]
    [InlineData(1024, "1Ki")]
    [InlineData(118L << 20, "118Mi")]
    [InlineData((1L << 30) - 1, "1Gi")]
    [InlineData(3L << 29, "1.5Gi")]
    [InlineData(10L << 30, "10Gi")]
    [InlineData(long.MaxValue, "8192Pi")]
    public void Bytes_are_written_as_people_read_them(long bytes, string text) => Assert.Equal(text, SizeText.Of(bytes));
}
