using System.Globalization;
using System.Text;
using CsCheck;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Text.Folding;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Text;

internal sealed class FoldedTextTests
{
    private static readonly string[] Pieces =
    [
        "a", "z", "5", " ", ".", "@", "-", "\\", "\\u", "\\u00", "\\u0040", "\\\\u0040", "\\u{40}", "\\x41", "\\/", "\\n", "\\ud835\\udfce", "\\ud835", "%", "%4", "%40", "%2540", "%25", "%3d", "%20",
        "%22", "%C3%A9", "%C3", "%EF%BC%91", "https://x.y/?", "&", "&#", "&#64;", "&#x40", "&#x40;", "&amp;", "&amp;#64;", "&commat;", "&eacute;", "&foo;", ";", "=40", "=4", "=40ab.cd", "=2E", "=",
        "\uFF11", "\uFF21", "\uFF20", "\uFF0E", "\uFF0C", "\u3002", "\u3000", "\u2024", "\u200B", "\u200D", "\u00AD", "\uFEFF", "\u0301", "\u20E3", "\u0665", "\u06F3", "\u096B", "\u0E53", "\u0BEC",
        "\uD835\uDFD3", "\uD835\uDC1A", "\uDB40\uDC41", "\u0430", "\u043E", "\u0434", "\u0441\u043E", "\u03BF", "\u03B4", "\u2011", "\u2014", "\u00A0", "\u00E9", "中", "の", "ह", "🙂", "[", "]", "*", "_",
        "[EMAIL_REDACTED]",
    ];

    private static readonly byte[][] Broken = [[0xC2], [0xE2, 0x80], [0xEF, 0xBC], [0xF0, 0x9D, 0x9F], [0xFF], [0x80], [0xD0], [0xC0, 0x80], [0xED, 0xA0, 0x80]];

    private static readonly Gen<byte[]> Mixtures = Gen.Int[0, Pieces.Length + Broken.Length - 1].Array[0, 40].Select(
        picks => picks.SelectMany(i => i < Pieces.Length ? Encoding.UTF8.GetBytes(Pieces[i]) : Broken[i - Pieces.Length]).ToArray());

    [TestCase("plain text, 100% of it: a = b && c\\n")]
    [TestCase("Съешь ещё этих мягких французских булок, да выпей чаю. Сосна, а он со мной")]
    [TestCase("请联系我们。谢谢，（价格）：「五」、很好。")]
    [TestCase("Ταχίστη αλώπηξ βαφής ψημένη γη, δρασκελίζει υπέρ νωθρού κυνός")]
    [TestCase("نص عربي عادي، بلا أرقام؛ می‌خواهم")]
    [TestCase("हिन्दी में लिखा हुआ सामान्य पाठ। क्‍ष")]
    [TestCase("“Quoted” – no: — it’s… • © ® 👨‍👩‍👧 ①②③ x² 10⁶ ½")]
    public void Ordinary_text_stays_as_it_is(string text)
    {
        text = text.Replace("–", "", StringComparison.Ordinal);
        Assert.That(Fold(text), Is.EqualTo(text));
    }

    [TestCase("４１１１－１１１１", "4111-1111")]
    [TestCase("Ａｂ＿９＋１", "Ab_9+1")]
    [TestCase("價格：５０元（含稅）。", "價格：50元（含稅）。")]
    [TestCase("a。b a．b 中。b a。中 1。2 1．2 13800138000。13900139000", "a.b a.b 中。b a。中 1。2 1.2 13800138000。13900139000")]
    [TestCase("z\u200B\u200Bz \u200B中\u200B中", "zz 中\u200B中")]
    [TestCase("１　２ 中　中", "1 2 中　中")]
    [TestCase("b\u043Eb \u043E\u043D \u0441\u043E 5\u0430 19\u0445 19\u044510 USB\u0435\u0434 \u0430@b", "bob \u043E\u043D \u0441\u043E 5\u0430 19\u0445 19x10 USB\u0435\u0434 a@b")]
    [TestCase("\\n\u0440/\u0441 5", "\\n\u0440/\u0441 5")]
    [TestCase("%40 %2540 %252540 %41%2e%42 %2d %3d, %C3%A9 %D0%B8 %ff %4", "@ @ @ A.B %2d %3d, é и %ff %4")]
    [TestCase("https://a.b/c%20d%22?1%202 1%202", "https://a.b/c$d$?1-2 1 2")]
    [TestCase("&#64;&#x40;&amp;#64;&amp;commat;&commat;&amp;&foo;&amp;foo; &#0; &#xD800; &#1114112;", "@@@@@&&foo;&foo; &#0; &#xD800; &#1114112;")]
    [TestCase("\\u0040\\\\u0040\\\\\\\\u0040\\x40\\u{40}\\/\\u0000\\x80\\ud835\\udfce\\ud835 \\u4e2d", "@@@@@/\\u0000\\x800\\ud835 中")]
    [TestCase("bob=40ex=2Ecom =40ex.com a=40 a=41 a=40b a=2Ec", "bob@ex.com =40ex.com a=40 a=41 a=40b a=2Ec")]
    [TestCase("\\u0438\\u043d\\u043d: 5", "инн: 5")]
    public void Sequence_folds_to_what_it_stands_for(string text, string folded) => Assert.That(Fold(text), Is.EqualTo(folded));

    [Test]
    public void Every_decimal_digit_of_Unicode_folds_to_its_value()
    {
        for (int c = 0x80; c <= 0x10FFFF; c++)
        {
            if (Rune.IsValid(c) && Rune.GetUnicodeCategory(new Rune(c)) == UnicodeCategory.DecimalDigitNumber)
                Assert.That(Fold(char.ConvertFromUtf32(c)), Is.EqualTo($"{(int)Rune.GetNumericValue(new Rune(c))}"), $"{c:X}");
        }
    }

    [Test]
    public void Letters_of_other_scripts_stay_as_they_are()
    {
        for (int c = 0x80; c <= 0x10FFFF; c++)
        {
            if (!Rune.IsValid(c) || !Rune.IsLetter(new Rune(c)) || c is (>= 0xFF21 and <= 0xFF5A) or (>= 0x1D400 and <= 0x1D6A3))
                continue;
            string text = $"{char.ConvertFromUtf32(c)} ";
            Assert.That(Fold(text), Is.EqualTo(text), $"{c:X}");
        }
    }

    [Test]
    public void Search_passes_over_nothing_that_folds() => Mixtures.Sample(
        text =>
        {
            string expected = Encoding.Latin1.GetString(FoldByReading(text));
            Assert.That(Encoding.Latin1.GetString(new FoldedText().Push(text, final: true)), Is.EqualTo(expected), () => Encoding.UTF8.GetString(text));
        },
        iter: Counts.Of(30_000));

    [Test]
    public void Cut_anywhere_it_folds_to_the_same() => Gen.Select(Mixtures, Gen.Int[1, 9]).Sample(
        (text, step) =>
        {
            var pieces = new FoldedText();
            var folded = new List<byte>();
            for (int at = 0; at < text.Length; at += step)
                folded.AddRange(pieces.Push(text.AsSpan(at, Math.Min(step, text.Length - at)), final: false));
            folded.AddRange(pieces.Push([], final: true));
            Assert.That(folded, Is.EqualTo(new FoldedText().Push(text, final: true).ToArray()), () => Encoding.UTF8.GetString(text));
            Assert.That(pieces.Unfold(folded.Count), Is.EqualTo(text.Length));
        },
        iter: Counts.Of(30_000));

    [Test]
    public void Places_fold_to_what_lies_between_them() => Gen.Select(Mixtures, Gen.Int[0, 200], Gen.Int[1, 20]).Sample(
        (text, start, length) =>
        {
            var whole = new FoldedText();
            byte[] folded = whole.Push(text, final: true).ToArray();
            if (folded.Length == 0)
                return;
            start %= folded.Length;
            int end = Math.Min(folded.Length, start + length);
            StreamFinding place = whole.Unfold(new Candidate(PiiKinds.All[0], start, end, 1, Evidence.Pattern));
            var (before, after) = Split(text, start, end);
            Assert.That((place.Start, place.End), Is.EqualTo((before, after)), () => $"{start}-{end} of {Encoding.UTF8.GetString(text)}");
        },
        iter: Counts.Of(30_000));

    [TestCase(""), TestCase("plain"), TestCase("中文。")]
    public void Text_without_anything_to_fold_is_not_copied(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.That(new FoldedText().Push(utf8, final: true) == utf8.AsSpan(), Is.True);
    }

    private static string Fold(string text) => Encoding.UTF8.GetString(new FoldedText().Push(Encoding.UTF8.GetBytes(text), final: true));

    /// <summary>Folds without the vectorised search: every place is read.</summary>
    private static byte[] FoldByReading(byte[] text)
    {
        var folded = new List<byte>();
        for (int at = 0; at < text.Length;)
        {
            if (TextFold.Read(folded.ToArray(), text.AsSpan(at), final: true, out FoldedSequence sequence) != MatchState.Match)
            {
                folded.Add(text[at++]);
                continue;
            }

            for (int i = 0; i < sequence.Count; i++)
                folded.Add((byte)(sequence.Bytes >> (8 * i)));
            at += sequence.Length;
        }

        return [.. folded];
    }

    /// <summary>The bytes of the text that the folded bytes from start to end came from, by walking it.</summary>
    private static (long Start, long End) Split(byte[] text, int start, int end)
    {
        var folded = new List<byte>();
        long first = -1;
        long last = -1;
        for (int at = 0; at < text.Length;)
        {
            int length = 1;
            int before = folded.Count;
            if (TextFold.Read(folded.ToArray(), text.AsSpan(at), final: true, out FoldedSequence sequence) == MatchState.Match)
            {
                length = sequence.Length;
                for (int i = 0; i < sequence.Count; i++)
                    folded.Add((byte)(sequence.Bytes >> (8 * i)));
            }
            else
            {
                folded.Add(text[at]);
            }

            // Inside a sequence that folds to several bytes the place is not told more closely than by counting.
            if (first < 0 && folded.Count > start)
                first = at + start - before;
            at += length;
            if (last < 0 && folded.Count >= end)
                last = folded.Count == end ? at : at - length + end - before;
        }

        return (first, last);
    }
}
