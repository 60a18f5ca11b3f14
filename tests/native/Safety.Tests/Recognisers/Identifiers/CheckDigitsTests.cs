using System.Text;
using CsCheck;
using IronCage.Safety.Recognisers.Identifiers;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Recognisers.Identifiers;

internal sealed class CheckDigitsTests
{
    private static readonly Gen<string> Digits = Gen.Char['0', '9'].Array[6, 18].Select(chars => new string(chars));

    private static readonly (string Name, IdentifierCheck Check)[] Schemes =
        [("Luhn", CheckDigits.Luhn), ("MOD 11,10", CheckDigits.Mod11And10), ("Verhoeff", CheckDigits.Verhoeff), ("ICAO", CheckDigits.TravelDocument)];

    [TestCase("79927398713", true)]
    [TestCase("79927398710", false)]
    public void Luhn_agrees_with_its_textbook(string digits, bool valid) => Assert.That(CheckDigits.Luhn(Ascii(digits)), Is.EqualTo(valid));

    [TestCase("2363", true)]
    [TestCase("2364", false)]
    public void Verhoeff_agrees_with_its_textbook(string digits, bool valid) => Assert.That(CheckDigits.Verhoeff(Ascii(digits)), Is.EqualTo(valid));

    /// <summary>The example of ISO 7064.</summary>
    [TestCase("07945", true)]
    [TestCase("07946", false)]
    public void Mod_11_10_agrees_with_the_standard(string digits, bool valid) => Assert.That(CheckDigits.Mod11And10(Ascii(digits)), Is.EqualTo(valid));

    /// <summary>The examples of ICAO 9303 part 3.</summary>
    [TestCase("5207273", true)]
    [TestCase("AB21345", true)]
    [TestCase("5207274", false)]
    public void Travel_document_agrees_with_the_standard(string text, bool valid) => Assert.That(CheckDigits.TravelDocument(Ascii(text)), Is.EqualTo(valid));

    [Test]
    public void Exactly_one_last_digit_is_right()
    {
        foreach ((string name, IdentifierCheck check) in Schemes)
            Digits.Sample(digits => Assert.That("0123456789".Count(last => check(Ascii(digits + last))), Is.EqualTo(1), $"{name} {digits}"), iter: Counts.Of(300));
    }

    [Test]
    public void Every_wrong_digit_is_noticed()
    {
        foreach ((string name, IdentifierCheck check) in Schemes.Where(scheme => scheme.Name != "ICAO"))
        {
            Gen.Select(Digits, Gen.Int[0, 17], Gen.Int[1, 9]).Sample((digits, at, by) =>
            {
                string right = digits + "0123456789".Single(last => check(Ascii(digits + last)));
                at %= right.Length;
                string wrong = right[..at] + (char)('0' + ((right[at] - '0' + by) % 10)) + right[(at + 1)..];
                Assert.That(check(Ascii(wrong)), Is.False, $"{name} {wrong}");
            }, iter: Counts.Of(300));
        }
    }

    [Test]
    public void Verhoeff_notices_neighbours_that_changed_places() =>
        Gen.Select(Digits, Gen.Int[0, 16]).Sample((digits, at) =>
        {
            string right = digits + "0123456789".Single(last => CheckDigits.Verhoeff(Ascii(digits + last)));
            at %= right.Length - 1;
            string wrong = right[..at] + right[at + 1] + right[at] + right[(at + 2)..];
            Assert.That(CheckDigits.Verhoeff(Ascii(wrong)), Is.EqualTo(wrong == right));
        }, iter: Counts.Of(500));

    [TestCase(2, 29, true)]
    [TestCase(2, 30, false)]
    [TestCase(4, 31, false)]
    [TestCase(12, 31, true)]
    [TestCase(0, 1, false)]
    [TestCase(13, 1, false)]
    [TestCase(1, 0, false)]
    public void Day_is_one_of_some_year(int month, int day, bool isDay) => Assert.That(BirthDates.IsDay(month, day), Is.EqualTo(isDay));

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
