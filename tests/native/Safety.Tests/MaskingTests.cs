using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests;

internal sealed class MaskingTests
{
    [TestCase("4111-1111-1111-1111", "****-****-****-1111")]
    [TestCase("123-45-6789", "***-**-6789")]
    [TestCase("+1 (212) 555-1234", "+* (***) ***-1234")]
    [TestCase("bob@example.com", "***@******e.com")]
    [TestCase("ab@c.de", "**@c.de")]
    [TestCase("a@b.co", "*@*.**")]
    [TestCase("192.168.1.11", "***.**8.1.11")]
    [TestCase("10.0.0.1", "**.*.*.1")]
    [TestCase("8.8.8.8", "*.*.*.*")]
    [TestCase("DE89 3704 0044 0532 0130 00", "**** **** **** **** **30 00")]
    [TestCase("jürgen@x.org", "*******@x.org")]
    [TestCase("1\"\\\n2345", "****2345")]
    [TestCase("", "")]
    public void Mask_keeps_separators_and_the_last_four(string value, string masked) =>
        Assert.That(Encoding.ASCII.GetString(Masking.Mask(Encoding.UTF8.GetBytes(value))), Is.EqualTo(masked));

    [Test]
    public void Mask_is_printable_ASCII_of_the_same_length_with_at_most_four_characters_kept() => Gen.Byte.Array[0, 60].Sample(value =>
    {
        byte[] masked = Masking.Mask(value);
        Assert.That(masked, Has.Length.EqualTo(value.Length));
        Assert.That(masked.All(b => b is >= 0x20 and <= 0x7E and not ((byte)'"' or (byte)'\\')), Is.True);
        Assert.That(masked.Count(b => char.IsAsciiLetterOrDigit((char)b)), Is.LessThanOrEqualTo(4));
    });
}
