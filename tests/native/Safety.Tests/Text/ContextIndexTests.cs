using System.Text;
using CsCheck;
using IronCage.Safety.Text;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Text;

internal sealed class ContextIndexTests
{
    private static readonly ContextSet Tax = new("tax id", "tin", "numéro fiscal", "ИНН", "tax", "税号");
    private static readonly ContextSet Phone = new("phone", "phone number", "τηλέφωνο", "电话号码", "โทร", "telefono");
    private static readonly ContextIndex Index = new([Tax, Phone]);

    [TestCase("tax id: ", "tax")]
    [TestCase("Tax-ID ", "tax")]
    [TestCase("TAX_ID=", "tax")]
    [TestCase("customer.taxId = ", "tax")]
    [TestCase("customerTaxID: ", "tax")]
    [TestCase("TINs: ", "tax")]
    [TestCase("NUMÉRO FISCAL ", "tax")]
    [TestCase("инн ", "tax")]
    [TestCase("他的税号是", "tax")]
    [TestCase("电话号码：", "phone")]
    [TestCase("โทรศัพท์ ", "phone")]
    [TestCase("ΤΗΛΈΦΩΝΟ: ", "phone")]
    [TestCase("phone_number2: ", "phone")]
    [TestCase("phones ", "phone")]
    [TestCase("MyPhone ", "phone")]
    [TestCase("phone of the taxpayer", "phone")]
    [TestCase("phone, tax ", "tax phone")]
    [TestCase("syntax ", "")]
    [TestCase("taxi ", "")]
    [TestCase("tinder ", "")]
    [TestCase("headphone ", "")]
    [TestCase("", "")]
    [TestCase("тинн ", "")]
    public void Words_are_found_as_people_write_them(string text, string expected) => Assert.That(Sets(text), Is.EqualTo(expected));

    [Test]
    public void Context_ends_after_64_bytes_and_at_a_redacted_form()
    {
        Assert.That(Sets("phone" + new string(' ', 59)), Is.EqualTo("phone"));
        Assert.That(Sets("phone" + new string(' ', 60)), Is.Empty);
        Assert.That(Sets("headphone" + new string(' ', 59)), Is.Empty, "the cut is inside a word");
        Assert.That(Sets("phone [PHONE_REDACTED] "), Is.Empty);
        Assert.That(Sets("[PHONE_REDACTED] tin "), Is.EqualTo("tax"));
    }

    [Test]
    public void Bytes_that_are_no_text_are_no_words()
    {
        byte[] text = [0xFF, 0x80, 0xE3, (byte)' ', .. "tin "u8, 0xF0, 0x9F, 0xC3];
        Assert.That(Index.Find(text, text.Length).Has(Tax), Is.True);
    }

    [Test]
    public void Ascii_is_split_as_every_text_is()
    {
        byte[] alphabet = [.. "abAB sS-_1:"u8];
        Gen.Select(Gen.Int[0, alphabet.Length - 1].Select(i => alphabet[i]).Array[0, 64], Gen.Bool).Sample((text, isCut) =>
        {
            var fast = new WordSpan[64];
            var slow = new WordSpan[64];
            int count = AsciiWords.Split(text, isCut, fast);
            Assert.That(count, Is.EqualTo(ContextWords.Split(text, isCut, slow)), () => Encoding.ASCII.GetString(text));
            Assert.That(fast.AsSpan(0, count).SequenceEqual(slow.AsSpan(0, count)), Is.True, () => Encoding.ASCII.GetString(text));
        }, iter: Counts.Of(20_000));
    }

    [Test]
    public void Text_that_is_not_all_ASCII_is_left_to_others() => Assert.That(AsciiWords.Split("tin é"u8, isCut: false, new WordSpan[64]), Is.EqualTo(-1));

    private static string Sets(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        ContextBits found = Index.Find(utf8, utf8.Length);
        return string.Join(' ', new[] { found.Has(Tax) ? "tax" : "", found.Has(Phone) ? "phone" : "" }.Where(name => name.Length > 0));
    }
}
