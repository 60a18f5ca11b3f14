using System.Text;
using IronCage.Safety.Text;

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

    private static string Sets(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        ContextBits found = Index.Find(utf8, utf8.Length);
        return string.Join(' ', new[] { found.Has(Tax) ? "tax" : "", found.Has(Phone) ? "phone" : "" }.Where(name => name.Length > 0));
    }
}
