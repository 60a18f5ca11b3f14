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
            var words = new WordSpan[64];
            ulong begins = 0;
            ulong lasts = 0;
            foreach (WordSpan word in words[..ContextWords.Split(text, isCut, words)])
            {
                begins |= 1UL << word.Start;
                lasts |= 1UL << (word.End - 1);
            }

            WordMasks masks = WordMasks.Read(text, isCut);
            Assert.That(masks.Begins, Is.EqualTo(begins), () => Encoding.ASCII.GetString(text));
            Assert.That(begins == 0 ? 0 : masks.Lasts & (ulong.MaxValue << System.Numerics.BitOperations.TrailingZeroCount(begins)), Is.EqualTo(lasts), () => Encoding.ASCII.GetString(text));
        }, iter: Counts.Of(20_000));
    }

    [Test]
    public void Letters_beyond_ASCII_belong_to_words()
    {
        WordMasks masks = WordMasks.Read("tin é 税号"u8, isCut: false);
        Assert.That(masks, Is.EqualTo(new WordMasks(1UL << 0 | 1UL << 4 | 1UL << 7 | 1UL << 10, 1UL << 2 | 1UL << 5 | 1UL << 9 | 1UL << 12, IsAscii: false)));
    }

    private static string Sets(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        ContextBits found = Index.Find(utf8, utf8.Length);
        return string.Join(' ', new[] { found.Has(Tax) ? "tax" : "", found.Has(Phone) ? "phone" : "" }.Where(name => name.Length > 0));
    }
}
