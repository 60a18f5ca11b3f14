using System.Globalization;
using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>Values written so that a plain pattern does not see them.</summary>
internal sealed class EvasionTests
{
    private const string Email = "bob.stone@example.com";
    private const string Card = "4111 1111 1111 1111";

    private static IEnumerable<TestCaseData> Forms()
    {
        string key = Fakes.GitHub;
        yield return Form("full width", Wide(Email), "EMAIL_ADDRESS");
        yield return Form("full-width key", Wide(key), "GITHUB_TOKEN");
        yield return Form("full-width spaces", Digits(Card, 0xFF10).Replace(' ', '\u3000'), "CREDIT_CARD");
        yield return Form("mathematical letters", string.Concat(Email.Select(c => char.IsLetter(c) ? char.ConvertFromUtf32(0x1D41A + c - 'a') : $"{c}")), "EMAIL_ADDRESS");
        foreach (int zero in new[] { 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1946, 0xA620, 0xABF0, 0xFF10, 0x104A0, 0x11066, 0x1D7CE, 0x1D7F6, 0x1E950, 0x1FBF0 })
            yield return Form($"digits {zero:X}", Digits(Card, zero), "CREDIT_CARD");
        foreach (char sign in "\u200B\u200C\u200D\u2060\uFEFF\u00AD\u180E\u200E\u2066\u034F\u0336\u20E3\uFE0F")
        {
            yield return Form($"with {(int)sign:X}", Between(Card.Replace(" ", "", StringComparison.Ordinal), $"{sign}"), "CREDIT_CARD");
            yield return Form($"address with {(int)sign:X}", Email.Replace("b", $"b{sign}", StringComparison.Ordinal), "EMAIL_ADDRESS");
            yield return Form($"key with {(int)sign:X}", Between(key[3..], $"{sign}").Insert(0, key[..3]), "GITHUB_TOKEN");
        }

        yield return Form("invisible in letters with marks", "j\u00FC\u200Brgen@b\u00FC\u00ADcher.de", "EMAIL_ADDRESS");
        foreach (char dot in "\u3002\uFF0E\u2024\uFF61\uFE52")
            yield return Form($"dot {(int)dot:X}", Email.Replace('.', dot), "EMAIL_ADDRESS");
        foreach (char at in "\uFF20\uFE6B")
            yield return Form($"at {(int)at:X}", Email.Replace('@', at), "EMAIL_ADDRESS");
        foreach (char hyphen in "\u2010\u2011\u2012\u2013\u2212\uFF0D\uFE63")
            yield return Form($"hyphen {(int)hyphen:X}", "123-45-6789".Replace('-', hyphen), "US_SSN");
        foreach (char space in "\u00A0\u2000\u2005\u2009\u200A\u202F\u205F")
            yield return Form($"space {(int)space:X}", Card.Replace(' ', space), "CREDIT_CARD");
        yield return Form("Cyrillic", "b\u043Eb.st\u043Ene@\u0435x\u0430mpl\u0435.\u0441om", "EMAIL_ADDRESS");
        yield return Form("Cyrillic local part", "\u0441\u043E\u0441\u043E@example.com", "EMAIL_ADDRESS");
        yield return Form("Cyrillic label", "bob@mail.\u0441\u043E\u0441.com", "EMAIL_ADDRESS");
        yield return Form("Greek", "b\u03BFb.st\u03BFne@example.c\u03BFm", "EMAIL_ADDRESS");
        yield return Form("Cyrillic in a key", "ghp_" + Fakes.Body(20, 2) + "\u0410\u0412\u0421" + Fakes.Body(13, 5), "GITHUB_TOKEN");
        yield return Form("percent", Uri.EscapeDataString(Email), "EMAIL_ADDRESS");
        yield return Form("percent, every sign", Hex(Email, "%{0:X2}"), "EMAIL_ADDRESS");
        yield return Form("percent, small letters", Email.Replace("@", "%40", StringComparison.Ordinal).Replace(".", "%2e", StringComparison.Ordinal), "EMAIL_ADDRESS");
        yield return Form("percent twice", Hex(Email, "%25{0:X2}"), "EMAIL_ADDRESS");
        yield return Form("percent, spaces", Uri.EscapeDataString(Card), "CREDIT_CARD");
        yield return Form("percent, letter with a mark", "jos%C3%A9%40example.com", "EMAIL_ADDRESS");
        yield return Form("percent, full width", Uri.EscapeDataString(Wide("411111")) + "1111111111", "CREDIT_CARD");
        yield return Form("entities", "bob&#64;example&#x2e;com", "EMAIL_ADDRESS");
        yield return Form("named entities", "bob&period;stone&commat;example&period;com", "EMAIL_ADDRESS");
        yield return Form("entities twice", "bob&amp;#64;example&amp;period;com", "EMAIL_ADDRESS");
        yield return Form("entities of every sign", Hex(key, "&#{0};"), "GITHUB_TOKEN");
        yield return Form("entity with zeros", "bob&#x00040;example.com", "EMAIL_ADDRESS");
        yield return Form("entity of a letter", "jos&eacute;@example.com", "EMAIL_ADDRESS");
        yield return Form("entity of a space", "4111&nbsp;1111&nbsp;1111&nbsp;1111", "CREDIT_CARD");
        yield return Form("JSON", Hex(Email, "\\u{0:x4}"), "EMAIL_ADDRESS");
        yield return Form("JSON twice", Hex(Email, "\\\\u{0:X4}"), "EMAIL_ADDRESS");
        yield return Form("JSON, mathematical digits", string.Concat(Digits("4111111111111111", 0x1D7CE).Select(c => $"\\u{(int)c:x4}")), "CREDIT_CARD");
        yield return Form("hexadecimal escapes", Hex(Email, "\\x{0:x2}"), "EMAIL_ADDRESS");
        yield return Form("braced escapes", Hex(Email, "\\u{{{0:x}}}"), "EMAIL_ADDRESS");
        yield return Form("quoted-printable", "bob.stone=40example=2Ecom", "EMAIL_ADDRESS");
        yield return Form("tags", string.Concat(Email.Select(c => char.ConvertFromUtf32(0xE0000 + c))), "EMAIL_ADDRESS");
        yield return Form("Base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(key)), "GITHUB_TOKEN");
        yield return Form("Base64 of a sentence", Convert.ToBase64String(Encoding.UTF8.GetBytes($"Привет! My address is {Email}, thanks.")), "EMAIL_ADDRESS");
        yield return Form("Base64 of 160 bytes", Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("All work and no play. ", 7)) + Email)), "EMAIL_ADDRESS");
        yield return Form("Base64url", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + "?>")).Replace('+', '-').Replace('/', '_').TrimEnd('='), "GITHUB_TOKEN");
        yield return Form("hexadecimal", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key)), "GITHUB_TOKEN");
        yield return Form("hexadecimal, capitals", Convert.ToHexString(Encoding.UTF8.GetBytes($"mail {Email}")), "EMAIL_ADDRESS");
    }

    [TestCaseSource(nameof(Forms))]
    public void Value_in_another_form_is_found_with_its_span_in_the_text(string value, string kind)
    {
        foreach (string left in new[] { "", "Please use ", "note: ", "{\"text\": \"", "> ", "中\u200B: \u200B", "\\n" })
        {
            foreach (string right in new[] { "", " now.", ", thanks", "\"}", "\n", "\u200B", "\u200B ", "。中文", "，" })
                Check(left, value, right, kind);
        }
    }

    [TestCaseSource(nameof(Forms))]
    public void Value_in_another_form_is_streamed(string value, string kind)
    {
        byte[] text = Encoding.UTF8.GetBytes("Use " + value + " now. ");
        for (int step = 1; step < 40; step += step < 4 ? 1 : 7)
        {
            ScanStream stream = Scanners.All.OpenStream();
            var findings = new List<StreamFinding>();
            for (int at = 0; at < text.Length; at += step)
                stream.Push(text.AsSpan(at, Math.Min(step, text.Length - at)), final: at + step >= text.Length, findings);
            Assert.That(findings.Select(f => (f.Kind.Name, f.Start, f.End)), Is.EqualTo(new[] { (kind, 4L, text.Length - 6L) }), $"{step}");
        }
    }

    [TestCase("Он сказал: позвони мне. ИНН и р/с в банке, дом 15а, 10-е место, формат 1920х1080, IP-адрес, USB-разъём, 5см")]
    [TestCase("请联系我们。我的号码在下面，谢谢！价格：５０元（含税）。GET请求")]
    [TestCase("電話番号は下記の通りです。よろしくお願いします。ー「テスト」、カタカナ")]
    [TestCase("می‌خواهم شماره را بدانم، لطفاً")]
    [TestCase("मेरा नंबर नीचे है। धन्यवाद क्‍ष")]
    [TestCase("Το τηλέφωνό μου είναι εδώ. ΑΦΜ, ΔΟΥ. Ο Νίκος")]
    [TestCase("Donau­dampf­schiff a\u0308 100% 5 % %d %s %02d:%02d %3d&&a&b=c=4 == x=40 \\n \\t C:\\users 👨‍👩‍👧 ①②③ x² 10⁶ ½")]
    public void Ordinary_text_has_no_findings(string text) => Assert.That(Marked.Kinds(text), Is.Empty);

    [TestCase("号码13800138000。13900139000是他的，13800138000，⟦bob@example.com⟧。请用⟦a.b@example.org⟧，谢谢")]
    [TestCase("(⟦bob@example.com⟧\u200B)\u200B, \u200B⟦carol@example.org⟧\u200B\u200B")]
    [TestCase("https://example.com/a%20b?q=%22⟦bob%40example.com⟧%22&n=%2B1")]
    [TestCase("id=4111&to=⟦carol%40example.org⟧&x=40 ⟦bob=40example.com⟧ width=40em =40x.com")]
    public void Boundaries_stay_where_they_are(string marked) => Marked.Check(marked, "EMAIL_ADDRESS");

    [TestCase("ID")]
    public void Evidence_says_that_it_was_decoded(string id)
    {
        Assert.That(Single($"{id} bob@example.com").Evidence & Evidence.Decoded, Is.EqualTo(Evidence.None));
        Assert.That(Single($"{id} bob%40example.com").Evidence & Evidence.Decoded, Is.EqualTo(Evidence.Decoded));
        Assert.That(Single($"{id} {Convert.ToBase64String("mail bob@example.com"u8)}").Evidence & Evidence.Decoded, Is.EqualTo(Evidence.Decoded));
    }

    [TestCase("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")]
    [TestCase("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase("VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw==")]
    [TestCase("WW05aVFHVjRZVzF3YkdVdVkyOXRJR0Z1WkNCaElHWmxkeUIzYjNKa2N3PT0=", TestName = "Encoded twice")]
    public void Encoded_run_without_anything_in_it_is_left_alone(string text) => Assert.That(Marked.Kinds("data " + text), Is.Empty);

    /// <summary>A long text is folded in pieces: what stands at their ends is found all the same.</summary>
    [Test]
    public void Long_text_is_found_in_as_its_parts_are()
    {
        byte[] unit = Encoding.UTF8.GetBytes("A line。 ４１１１ １１１１ １１１１ １１１１, b\u200Bob＠example．com\u200B and %62ob%40example.org; ");
        var text = new List<byte>();
        var expected = new List<(string, int, int)>();
        while (text.Count < 300_000)
        {
            expected.AddRange(Scanners.All.Scan(unit).Select(f => (f.Kind.Name, text.Count + f.Start, text.Count + f.End)));
            text.AddRange(unit);
        }

        Assert.That(expected, Has.Count.GreaterThan(6000));
        Assert.That(Scanners.All.Scan(text.ToArray()).Select(f => (f.Kind.Name, f.Start, f.End)), Is.EqualTo(expected));
    }

    private static Finding Single(string text) => Scanners.All.Scan(Encoding.UTF8.GetBytes(text)).Single();

    private static void Check(string left, string value, string right, string kind)
    {
        string text = left + value + right;
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int start = Encoding.UTF8.GetByteCount(left);
        Assert.That(
            Scanners.All.Scan(utf8).Select(f => (f.Kind.Name, f.Start, f.End)), Is.EqualTo(new[] { (kind, start, start + Encoding.UTF8.GetByteCount(value)) }), text);
    }

    private static TestCaseData Form(string name, string value, string kind) => new TestCaseData(value, kind).SetArgDisplayNames(name, kind);

    private static string Wide(string text) => string.Concat(text.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c));

    private static string Digits(string text, int zero) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? char.ConvertFromUtf32(zero + c - '0') : $"{c}"));

    private static string Between(string text, string sign) => text[0] + string.Concat(text.Skip(1).Select((c, i) => i % 4 == 3 ? $"{sign}{c}" : $"{c}"));

    private static string Hex(string text, string format) => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => string.Format(CultureInfo.InvariantCulture, format, b)));
}
