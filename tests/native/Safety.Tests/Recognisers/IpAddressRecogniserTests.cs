using System.Net;
using System.Net.Sockets;
using CsCheck;
using IronCage.Safety.Text;

namespace IronCage.Safety.Tests.Recognisers;

internal sealed class IpAddressRecogniserTests
{
    [TestCase("⟦8.8.8.8⟧")]
    [TestCase("ping ⟦192.168.0.255⟧.")]
    [TestCase("http://⟦203.0.114.7⟧:8080/x ⟦10.0.0.0/8⟧")]
    [TestCase("⟦10.0.0.1⟧-⟦10.0.0.9⟧")]
    [TestCase("[⟦8.8.8.8⟧] \"⟦8.8.4.4⟧\"")]
    [TestCase("**⟦8.8.8.8⟧**")]
    [TestCase("地址⟦8.8.8.8⟧。")]
    public void IPv4_address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "IP_ADDRESS");

    [TestCase("256.1.1.1 1.2.3.256 01.2.3.4 1.2.3.04")]
    [TestCase("1.2.3 1.2.3.4.5 0.1.2.3.4 1..2.3.4")]
    [TestCase("v1.2.3.4 1.2.3.4a x-1.2.3.4 1.2.3.4-beta pkg-1.2.3.4.tar.gz")]
    [TestCase("1.2.3.4.nip.io 4.3.2.1.in-addr.arpa")]
    [TestCase("Chrome/120.0.0.0 Safari")]
    [TestCase("\"version\": \"4.1.0.2\" version 4.1.0.2 app_version=4.1.0.2 \"fileVersion\":\"4.1.0.2\"")]
    [TestCase("12.345.678.9")]
    public void Other_dotted_number_is_left_alone(string text) => Marked.Check(text, "IP_ADDRESS");

    [TestCase("⟦2001:db8:85a3:0:0:8a2e:370:7334⟧")]
    [TestCase("⟦2001:0DB8:85A3:0000:0000:8A2E:0370:7334⟧.")]
    [TestCase("[⟦2001:db8::1⟧]:443 ⟦fe80::1%eth0⟧ ⟦2001:db8::/32⟧")]
    [TestCase("⟦::1⟧, ⟦ff02::1⟧; ⟦64:ff9b::8.8.8.8⟧ ⟦::ffff:192.0.2.1⟧")]
    [TestCase("⟦2001:db8::1⟧: unreachable")]
    [TestCase("来自⟦2001:db8::1⟧的")]
    public void IPv6_address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "IP_ADDRESS");

    [TestCase(":: a::b std::vector dead::beef std::f00 abc::def::x")]
    [TestCase("12:30:45 2024-05-01T12:30:45 00:11:22:33:44:55 00:11:22:33:44:55:66:77")]
    [TestCase("x[1::2] x[::-1] x[::2] x[100::5]")]
    [TestCase("1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 2001:db8::1::2 20011:db8::1 2001:db8::12345 2001:db8::1g")]
    [TestCase("key: value, a:1, 1:2")]
    public void Other_use_of_colons_is_left_alone(string text) => Marked.Check(text, "IP_ADDRESS");

    [Test]
    public void Reader_agrees_with_the_platform_about_every_address_the_platform_writes() => Gen.Byte.Array[16].Sample(bytes =>
    {
        // Zeros make the compressed forms.
        for (int i = 0; i < 16; i += 2)
        {
            if (bytes[i] % 3 != 0)
                bytes[i] = bytes[i + 1] = 0;
        }

        string text = new IPAddress(bytes).ToString();
        var address = new byte[16];
        Assert.That(IpText.TryReadV6(System.Text.Encoding.ASCII.GetBytes(text), address, out _), Is.True, text);
        Assert.That(address, Is.EqualTo(bytes), text);
    });

    [Test]
    public void Reader_refuses_what_the_platform_refuses() => Gen.Char["0123af:.:"].Array[0, 24].Sample(chars =>
    {
        string text = new(chars);
        bool ours = IpText.TryReadV6(System.Text.Encoding.ASCII.GetBytes(text), new byte[16], out _);
        if (ours)
            Assert.That(IPAddress.TryParse(text, out IPAddress? parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6, Is.True, text);
    });

    [Test]
    public void Form_by_the_places_of_colons_is_that_of_the_reader() => Gen.Frequency((3, Gen.Const('1')), (2, Gen.Const(':'))).Array[1, 45].Sample(chars =>
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(chars);
        ulong colons = 0;
        for (int i = 0; i < text.Length; i++)
            colons |= text[i] == ':' ? 1UL << i : 0;
        bool isAddress = IpText.TryReadV6(text, new byte[16], out int groups);
        Assert.That(IpText.IsV6(colons, text.Length, out int ours), Is.EqualTo(isAddress), new string(chars));
        if (isAddress)
            Assert.That(ours, Is.EqualTo(groups), new string(chars));
    });
}
