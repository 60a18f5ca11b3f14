using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests;

internal sealed class RedactionTests
{
    [Test]
    public void Redacted_text_holds_nothing_more()
    {
        foreach (byte[] text in Corpus.All)
            CheckRedaction(text);
    }

    [Test]
    public void Redacted_mixture_holds_nothing_more() =>
        Gen.Int[0, Corpus.Pieces.Length - 1].Array[0, 14].Try(
            picks => CheckRedaction(Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Corpus.Pieces[i])))), 30_000);

    [Test]
    public void Redacted_form_of_every_kind_holds_nothing()
    {
        foreach (PiiKind kind in PiiKinds.All)
            Assert.That(Scanners.All.Scan(kind.RedactedUtf8.Span), Is.Empty, kind.Name);
    }

    [Test]
    public void Masked_value_is_not_found_again()
    {
        foreach (string piece in Corpus.Pieces.Concat(["1.1.1.1", "10.0.0.1", "a@b.co", "::1", "2001::1", "2001:db8:1234::1:2:3", "2001:db8::12", "::ffff:1.2.3.4"]))
        {
            byte[] masked = Scanners.Mask(Encoding.UTF8.GetBytes("see " + piece + " there"));
            Assert.That(Scanners.All.Scan(masked), Is.Empty, $"{piece} -> {Encoding.UTF8.GetString(masked)}");
        }
    }

    internal static void CheckRedaction(byte[] text, Scanner? scanner = null)
    {
        byte[] once = Scanners.Redact(text, scanner);
        byte[] twice = Scanners.Redact(once, scanner);
        Assert.That(Encoding.Latin1.GetString(twice), Is.EqualTo(Encoding.Latin1.GetString(once)), () => Encoding.UTF8.GetString(text));
    }
}
