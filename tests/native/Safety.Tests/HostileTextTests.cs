using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>A megabyte of what a quadratic scanner would choke on. There is no clock here: such a scanner would run for minutes.</summary>
internal sealed class HostileTextTests
{
    private static readonly string[] Units =
    [
        "@", "1", "a", "1.1.1.1.", "a@a.", "----", ":", "::", "1:", "f:", "+", "+1", "(", "(212", "4111 ", "4111-", "DE89 ", "DE89", "sk-", "sk-a", "ghp_", "AIza", "K", "z",
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "[EMAIL_", "[EMAIL_REDACTED]", "a@b.com@", "1.2.3.4 ", "1 ", "12-", "é", "\u00e9@", "a1", "A/", "phone 2125551234",
        "+44 20 7946 0958 ", "JQQJ99", "secret key 1a", "password=", "token: a1", "--a ", "--secret 1", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "a1+/", "a1~", "://a:b", "https://", "datadog 3f9a7c21b8e04d569012fa7be4c3d8a1 ",
        "PuTTY-User-Key-File-", "token=\"", "secret[1]=", ";pwd=", "xoxb-1-",
        "\u200B", "a\u200B", "。a", "a．", "\\", "\\u", "\\u0041", "\\ud835\\udfce", "%", "%25", "%41", "%20", "https://x.y/%20", "&", "&amp;", "&a", "&#64;", "=40a", "=40a.", "\u0441", "\u0441a", "\u0441-", "5\u0441",
        "５", "\u0665", "\uD835\uDFCE", "\u0301", "a\u0301", "U29t", "Pz8/", "Pz8/Pz8-", "6a", "dGVzdCB0ZXN0IHRlc3Qg/",
        "AB 1", "AAAAAA1234", "nhs 499 376 0280 ", "499 376 0280 ", "99 99 99 99 ", "ABCDEFG ", "1-2-", "A123456(7)", "nhs 1234567 ",
        "http://", "http://a", "://", "a.b", "a.b.", "www.a.com/", "1.a", "a-", ",", "http://a/?1,1,", "(", "http://a/(", "a[dot]", "a [dot] ", "a(at)", "a(at)b(dot)", "a.b at c dot ", "a dot ", " dot", " at ", "mail a at b dot de ", "aa:", "aa-", "abcd.", "1a.", "2024-", "1.1.2024 ", "May 1, ",
        "May ", "1 May ", "bc1q", "0x", "1BvBMSEYstWetqTFn5", "GAAAA", "addr1", "BIC DEUTDEFF ", "AZ21 NABZ ", "8.8.8.8/2", "fe80::1%",
        "+1 (", "tel 01 ", "030 / ", "(0", "phone 1234567x",
    ];

    /// <summary>What is held back are at most 512 bytes as they are read: escapes and letters of other scripts stand for one each.</summary>
    [TestCaseSource(nameof(Units))]
    public void Megabyte_of_one_unit_is_scanned_and_streamed(string unit) => Check(unit, unit.Contains('\\', StringComparison.Ordinal) || !System.Text.Ascii.IsValid(unit) ? 4000 : 512);

    [TestCase("YSBsaXR0bGUgYm9iQGV4YW1wbGUuY29tIG1vcmUg")]
    [TestCase("612062406578616d706c652e636f6d2c20616e64206d6f726520")]
    [TestCase("IQoJb3JpZ2lu")]
    [TestCase("Pz8/YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo/")]
    public void Megabyte_of_encoded_text_is_scanned_and_streamed(string unit) => Check(unit, 512);

    private static void Check(string unit, int held)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)));
        List<Finding> whole = Scanners.All.Scan(text);

        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < text.Length; at += 1000)
        {
            long decided = stream.Push(text.AsSpan(at, Math.Min(1000, text.Length - at)), final: at + 1000 >= text.Length, findings);
            Assert.That(Math.Min(at + 1000, text.Length) - decided, Is.LessThanOrEqualTo(held));
        }

        Assert.That(findings.Whole().Count(), Is.EqualTo(whole.Count));
    }

    [Test]
    public void Private_key_without_an_end_is_streamed_byte_by_byte()
    {
        byte[] text = Encoding.ASCII.GetBytes("-----BEGIN PRIVATE KEY-----\n" + Fakes.Body(70_000));
        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < text.Length; at++)
            stream.Push(text.AsSpan(at, 1), final: at == text.Length - 1, findings);
        Assert.That(findings.Whole().Count(), Is.EqualTo(1));
    }
}
