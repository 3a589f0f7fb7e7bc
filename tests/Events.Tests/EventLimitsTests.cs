using Thermocline.Store;
using Xunit;

namespace Thermocline.Events.Tests;

public sealed class EventLimitsTests
{
    [Fact]
    public void A_publication_fits_into_one_batch_of_the_store() =>
        Assert.True(EventLimits.BatchBytesMax + EventLimits.MetadataBytesMax <= Limits.BatchBytesMax);
}
