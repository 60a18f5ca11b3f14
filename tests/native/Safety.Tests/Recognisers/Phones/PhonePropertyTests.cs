using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests.Recognisers.Phones;

/// <summary>Mixtures of what numbers are made of, beside each other and beside words.</summary>
internal sealed class PhonePropertyTests
{
    private static readonly string[] Pieces =
    [
        "+", "+1", "+44", "(+44)", "+(49)", "0", "00", "011", "020", "(020)", "(0)", "(06 1)", "1", "8", "212", "(212)", "555", "1234", "7946", "0958", "12", "34", "56", "78", "901820", "1234567", "12345678901",
        " ", " ", " ", "-", "-", ".", "/", " / ", " - ", ") ", "(", ")", ",", ", ", ": ", ":", "=", "\n", "\"", ">", "<", "&", "#", " #", "x", " x", " ext. ", ";ext=", " Durchwahl ", "*", "****", "[", "]",
        "phone ", "Tel. ", "call ", "mobile", "手机", "тел", "work", "Nr. ", "The end. ", "id", "order ", "BSN", "a", "é", "[EMAIL_REDACTED]", "[PHONE_REDACTED]", "4111 1111 1111 1111", "2024-05-01", "bob@example.com",
        "020 7946 0958", "212-555-1234", "01 42 68 53 00", "(030) 1234567", "+44 20 7946 0958",
    ];

    private static readonly Scanner Phones = Scanners.For("PHONE_NUMBER");

    private static readonly Gen<byte[]> Texts = Gen.Int[0, Pieces.Length - 1].Array[1, 16].Select(picks => Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Pieces[i]))));

    [Test]
    public void Cut_text_holds_what_the_whole_holds() => Gen.Select(Texts, Gen.Int[1, 7]).Try(
        (text, step) => ScanStreamTests.CheckCuts(text, Enumerable.Range(1, text.Length).Where(i => i % step == 0), Phones), 20_000);

    [Test]
    public void Redacted_text_holds_no_number() => Texts.Try(text => RedactionTests.CheckRedaction(text, Phones), 30_000);

    [Test]
    public void Number_begins_and_ends_with_what_belongs_to_it() => Texts.Try(
        text =>
        {
            foreach (Finding finding in Phones.Scan(text))
            {
                Assert.That(text[finding.Start] is (byte)'+' or (byte)'(' or (>= (byte)'0' and <= (byte)'9'), Is.True);
                Assert.That(text[finding.End - 1], Is.InRange((byte)'0', (byte)'9'));
            }
        },
        5_000);
}
