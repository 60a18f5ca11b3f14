using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>A megabyte of what a quadratic scanner would choke on. There is no clock here: such a scanner would run for minutes.</summary>
internal sealed class HostileTextTests
{
    private static readonly string[] Units =
    [
        "@", "1", "a", "1.1.1.1.", "a@a.", "----", ":", "::", "1:", "f:", "+", "+1", "(", "(212", "4111 ", "4111-", "DE89 ", "DE89", "sk-", "sk-a", "ghp_", "AIza", "K", "z",
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "[EMAIL_", "[EMAIL_REDACTED]", "a@b.com@", "1.2.3.4 ", "1 ", "12-", "é", "\u00e9@", "a1", "A/", "phone 2125551234",
        "+44 20 7946 0958 ", "+1 (", "tel 01 ", "030 / ", "(0", "phone 1234567x", "JQQJ99", "secret key 1a",
    ];

    [TestCaseSource(nameof(Units))]
    public void Megabyte_of_one_unit_is_scanned_and_streamed(string unit)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)));
        List<Finding> whole = Scanners.All.Scan(text);

        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < text.Length; at += 1000)
        {
            long decided = stream.Push(text.AsSpan(at, Math.Min(1000, text.Length - at)), final: at + 1000 >= text.Length, findings);
            Assert.That(at + 1000 - decided, Is.LessThan(2000));
        }

        Assert.That(findings, Has.Count.EqualTo(whole.Count));
    }

    [Test]
    public void Private_key_without_an_end_is_streamed_byte_by_byte()
    {
        byte[] text = Encoding.ASCII.GetBytes("-----BEGIN PRIVATE KEY-----\n" + Fakes.Body(70_000));
        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < text.Length; at++)
            stream.Push(text.AsSpan(at, 1), final: at == text.Length - 1, findings);
        Assert.That(findings, Has.Count.EqualTo(1));
    }
}
