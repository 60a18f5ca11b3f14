using System.Net;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Proxying;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Proxying;

/// <summary>Names have one form, and what is no name has none; which rules allow which names; which addresses are public; what the options accept.</summary>
public sealed class DomainNameTests
{
    [TestCase("api.example.org", "api.example.org")]
    [TestCase("API.Example.ORG", "api.example.org")]
    [TestCase("api.example.org.", "api.example.org")]
    [TestCase("Bücher.example", "xn--bcher-kva.example")]
    [TestCase("BÜCHER.example", "xn--bcher-kva.example")]
    [TestCase("bücher。example", "xn--bcher-kva.example")]
    [TestCase("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [TestCase("_service.example.org", "_service.example.org")]
    [TestCase("localhost", "localhost")]
    [TestCase("1.2.3.4.example", "1.2.3.4.example")]
    public void A_name_has_one_form(string text, string expected)
    {
        Assert.That(DomainName.TryNormalise(text, out var name), Is.True);
        Assert.That(name, Is.EqualTo(expected));
        Assert.That(DomainName.TryNormalise(name, out var again) ? again : null, Is.EqualTo(name), "normal names stay as they are");
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("a..example")]
    [TestCase(".example.org")]
    [TestCase("example.org..")]
    [TestCase("-a.example")]
    [TestCase("a-.example")]
    [TestCase("a b.example")]
    [TestCase("a@b.example")]
    [TestCase("a/b.example")]
    [TestCase("a%2eexample")]
    [TestCase("a.example\0")]
    [TestCase("*.example.org")]
    [TestCase("127.0.0.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("0x7f000001")]
    [TestCase("0x7f.1")]
    [TestCase("example.0x")]
    [TestCase("017700000001")]
    [TestCase("[::1]")]
    [TestCase("::1")]
    public void What_is_no_name_has_no_form(string text) => Assert.That(DomainName.TryNormalise(text, out _), Is.False);

    [Test]
    public void Labels_and_names_have_a_longest()
    {
        var label = new string('a', 63);
        Assert.That(DomainName.TryNormalise(label + ".example", out _), Is.True);
        Assert.That(DomainName.TryNormalise("a" + label + ".example", out _), Is.False);
        Assert.That(DomainName.TryNormalise(string.Join('.', label, label, label, new string('b', 61)), out _), Is.True, "253");
        Assert.That(DomainName.TryNormalise(string.Join('.', label, label, label, new string('b', 62)), out _), Is.False, "254");
    }

    [TestCase("api.example.org", "api.example.org", 443, true)]
    [TestCase("api.example.org", "api.example.org", 80, true)]
    [TestCase("api.example.org", "api.example.org", 22, false)]
    [TestCase("api.example.org", "x.api.example.org", 443, false)]
    [TestCase("api.example.org", "xapi.example.org", 443, false)]
    [TestCase("API.example.org.", "api.example.org", 443, true)]
    [TestCase("*.example.org", "api.example.org", 443, true)]
    [TestCase("*.example.org", "a.b.example.org", 443, true)]
    [TestCase("*.example.org", "example.org", 443, false)]
    [TestCase("*.example.org", "evilexample.org", 443, false)]
    [TestCase("*.example.org", "example.org.evil.test", 443, false)]
    [TestCase("*.bücher.example", "x.xn--bcher-kva.example", 443, true)]
    [TestCase("api.example.org:8443", "api.example.org", 8443, true)]
    [TestCase("api.example.org:8443", "api.example.org", 443, false)]
    public void A_rule_allows_what_it_says(string rule, string name, int port, bool allowed) =>
        Assert.That(DomainRule.Parse(rule, "allowed_domains[0]").Allows(name, port), Is.EqualTo(allowed));

    [TestCase("*")]
    [TestCase("*.org")]
    [TestCase("a.*.org")]
    [TestCase("**.example.org")]
    [TestCase("https://example.org")]
    [TestCase("example.org/path")]
    [TestCase("user@example.org")]
    [TestCase("127.0.0.1")]
    [TestCase("[::1]:443")]
    [TestCase("::1")]
    [TestCase("example.org:0")]
    [TestCase("example.org:65536")]
    [TestCase("example.org:+80")]
    [TestCase("example.org:")]
    [TestCase("")]
    public void A_rule_that_is_none_is_refused(string rule) =>
        Assert.That(() => DomainRule.Parse(rule, "allowed_domains[0]"), Throws.TypeOf<PolicyException>().With.Message.StartsWith("allowed_domains[0]"));

    [TestCase("8.8.8.8", true)]
    [TestCase("172.32.0.1", true)]
    [TestCase("100.128.0.1", true)]
    [TestCase("2606:4700:4700::1111", true)]
    [TestCase("127.0.0.1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("10.1.2.3", false)]
    [TestCase("172.16.0.1", false)]
    [TestCase("172.31.255.255", false)]
    [TestCase("192.168.1.1", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("169.254.169.254", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("::", false)]
    [TestCase("::1", false)]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("::ffff:8.8.8.8", true)]
    [TestCase("::127.0.0.1", false)]
    [TestCase("64:ff9b::7f00:1", false)]
    [TestCase("2002:7f00:1::", false)]
    [TestCase("2001:0:4136:e378:8000:63bf:3fff:fdd2", false)]
    [TestCase("fe80::1", false)]
    [TestCase("fec0::1", false)]
    [TestCase("fc00::1", false)]
    [TestCase("fd00:ec2::254", false)]
    [TestCase("ff02::1", false)]
    public void Private_addresses_are_told_from_public_ones(string address, bool isPublic) =>
        Assert.That(PublicAddresses.Contains(IPAddress.Parse(address)), Is.EqualTo(isPublic));

    [TestCase("""{"allowed_domains": []}""", "allowed_domains")]
    [TestCase("""{"allowed_domains": "a.example"}""", "allowed_domains")]
    [TestCase("""{"allowed_domains": ["a.example", "10.0.0.1"]}""", "allowed_domains[1]")]
    [TestCase("""{"allowed_domains": ["a.example"], "allow_network": [443]}""", "allowed_domains")]
    [TestCase("""{"allowed_domains": ["a.example"], "allow_network": true}""", "allowed_domains")]
    [TestCase("""{"allowed_domains": ["a.example"], "preset": "no-network"}""", "allowed_domains")]
    [TestCase("""{"extra_hosts": {"a.example": "10.0.0.1"}}""", "extra_hosts")]
    [TestCase("""{"allowed_domains": ["a.example"], "extra_hosts": {"a.example": "1"}}""", "extra_hosts[a.example]")]
    [TestCase("""{"allowed_domains": ["a.example"], "extra_hosts": {"a.example": "010.0.0.1"}}""", "extra_hosts[a.example]")]
    [TestCase("""{"allowed_domains": ["a.example"], "extra_hosts": {"a.example": "fe80::1%1"}}""", "extra_hosts[a.example]")]
    [TestCase("""{"allowed_domains": ["a.example"], "extra_hosts": {"a.example": []}}""", "extra_hosts[a.example]")]
    [TestCase("""{"allowed_domains": ["a.example"], "extra_hosts": {"10.0.0.1": "10.0.0.1"}}""", "extra_hosts[10.0.0.1]")]
    public void Options_that_cannot_be_meant_are_refused_by_name(string json, string option) =>
        Assert.That(() => Compiling.Read(json), Throws.TypeOf<PolicyException>().With.Message.StartsWith(option + ":"));

    [Test]
    public void A_preset_with_a_network_gives_way_to_names()
    {
        var policy = Compiling.Read("""{"preset": "python-agent", "allowed_domains": ["a.example"]}""");
        Assert.That(policy.Network.IsOff, Is.True);
        Assert.That(policy.Domains.Allows("a.example", 443), Is.True);
    }

    [Test]
    public void Clients_are_told_of_the_proxy_unless_the_user_says_otherwise()
    {
        Assert.That(Compiling.Compile("""{"allowed_domains": ["a.example"]}""").Environment, Has.Member("https_proxy=http://127.0.0.1:3128").And.Member("HTTP_PROXY=http://127.0.0.1:3128"));
        Assert.That(Compiling.Compile("""{"allowed_domains": ["a.example"], "env": {"https_proxy": ""}}""").Environment, Has.Member("https_proxy="));
        Assert.That(Compiling.Compile("{}").Environment, Has.None.Contains("proxy"));
    }
}
