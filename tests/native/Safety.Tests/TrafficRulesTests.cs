using System.Text;

namespace IronCage.Safety.Tests;

internal sealed class TrafficRulesTests
{
    [TestCase("8.8.8.0/24")]
    [TestCase("8.8.8.8")]
    [TestCase("172.32.0.1")]
    [TestCase("172.15.255.255")]
    [TestCase("192.167.0.1")]
    [TestCase("11.0.0.1")]
    [TestCase("203.0.114.1")]
    [TestCase("2606:4700:4700::1111")]
    [TestCase("::ffff:8.8.8.8")]
    [TestCase("2001:db9::1")]
    public void Public_address_is_acted_on(string address) => Assert.That(Acts(address), Is.True);

    [TestCase("10.0.0.0/8")]
    [TestCase("fe80::1%eth0")]
    [TestCase("2001:db8::/32")]
    [TestCase("0.0.0.0")]
    [TestCase("10.1.2.3")]
    [TestCase("127.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.168.1.1")]
    [TestCase("192.0.2.7")]
    [TestCase("198.51.100.7")]
    [TestCase("203.0.113.7")]
    [TestCase("255.255.255.0")]
    [TestCase("::1")]
    [TestCase("fe80::1")]
    [TestCase("fd00::12:3")]
    [TestCase("2001:db8::1")]
    [TestCase("3fff:0123::1")]
    [TestCase("ff02::1")]
    [TestCase("::ffff:10.0.0.1")]
    public void Address_that_names_no_one_on_the_internet_is_left_alone(string address) => Assert.That(Acts(address), Is.False);

    [Test]
    public void Other_kinds_are_acted_on()
    {
        byte[] text = "bob@example.com"u8.ToArray();
        Finding finding = Scanners.All.Scan(text).Single();
        Assert.That(TrafficRules.Acts(finding, text), Is.True);
    }

    private static bool Acts(string address)
    {
        byte[] text = Encoding.ASCII.GetBytes(address);
        Finding finding = Scanners.For("IP_ADDRESS").Scan(text).Single();
        Assert.That((finding.Start, finding.End), Is.EqualTo((0, text.Length)));
        return TrafficRules.Acts(finding, text);
    }
}
