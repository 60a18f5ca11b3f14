using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests;

public sealed class PolicyRecordTests
{
    [Test]
    public void Port_sets_of_the_same_ports_are_equal_whatever_their_order()
    {
        Assert.That(PortSet.Of(443, 80, 443), Is.EqualTo(PortSet.Of(80, 443)));
        Assert.That(PortSet.Of(443).Contains(80), Is.False);
        Assert.That(PortSet.All.Contains(80), Is.True);
    }
}
