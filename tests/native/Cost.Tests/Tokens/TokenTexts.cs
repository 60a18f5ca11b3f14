using System.Text;
using CsCheck;

namespace IronCage.Cost.Tests.Tokens;

/// <summary>Texts on which counters of tokens could differ.</summary>
internal static class TokenTexts
{
    private static readonly string[] Words =
    [
        "the", " and", "Hello", " World", " tokenizer", "XMLHttpRequest", " McDonald's", "antidisestablishmentarianism", "größe", " Straße", "ÉCOLE", "naïve", " приве́т", "МОСКВА", "Ελλάδα", "שלום",
        "مرحبا", "नमस्ते", "ไทย", "こんにちは", "東京都", "カタカナ", "한국어", "𠀀𠀁", "𝐀𝐛𝐂", "𐐀𐐨", "ǅ", "ʰ", "ﬁ", "İ", "ı", "ß", "ſ",
    ];

    private static readonly string[] Contractions = ["'s", "'S", "'t", "'T", "'re", "'RE", "'Re", "'ve", "'vE", "'m", "'M", "'ll", "'LL", "'lL", "'d", "'D", "'x", "'r", "'l", "''", "'\u017f", "’s", "'"];
    private static readonly string[] Spaces = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2028", "\u0085", "\v", "\f", "        "];
    private static readonly string[] Digits = ["1", "12", "123", "1234", "1234567", "٣", "²", "½", "Ⅷ", "𝟙", "3.14", "1,000", "2026-08-31"];
    private static readonly string[] Signs =
    [
        "!", "...", " ...", "==>", "//", "/", "\n/", ");\n", "{\"a\":", "<|endoftext|>", "<|", "|>", "—", "“", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "\u0301", "\u0308a", "\u200d", "\u200b", "\ufeff", "\ufffd", "€", "_", "$", "\0", "\u007f", "\U000e0001",
    ];

    private static readonly string[] Code =
    [
        "public static int Main(string[] args)\n{\n    return 0;\n}\n", "def f(x):\n\treturn x**2\n", "for (i=0;i<n;++i) a[i]+=b[i];", "SELECT * FROM t WHERE id='5';", "<div class=\"x\">&nbsp;</div>",
        "https://example.com/a/b?c=d&e=f#g", "{\"role\":\"user\",\"content\":\"hi\\n\"}", "aGVsbG8gd29ybGQh/+ZmFzdA==", "0xDEADBEEF", "getHTTPResponseCode2XX", "snake_case_name", "// TODO: fix\n", "-----BEGIN-----", "=======",
    ];

    private static Gen<string> Pick(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    /// <summary>Any character, most of them from planes and blocks where something is.</summary>
    private static readonly Gen<string> Character = Gen.OneOf(Gen.Int[0x20, 0x7e], Gen.Int[0, 0x24f], Gen.Int[0x250, 0x1fff], Gen.Int[0x2000, 0x33ff], Gen.Int[0x3400, 0xd7ff], Gen.Int[0xe000, 0xffff], Gen.Int[0x10000, 0x1ffff], Gen.Int[0x20000, 0x10ffff])
        .Select(c => new Rune(c).ToString());

    private static readonly Gen<string> Part = Gen.OneOf(Pick(Words), Pick(Words), Pick(Contractions), Pick(Spaces), Pick(Digits), Pick(Signs), Pick(Code), Character);

    /// <summary>What people, programs and attackers write, short enough for a reference that takes quadratic time.</summary>
    public static readonly Gen<string> Any = Gen.OneOf(
        Part.Array[0, 30].Select(string.Concat),
        Gen.Select(Part, Part, Gen.Int[1, 20]).Select((a, b, n) => string.Concat(Enumerable.Repeat(a + b, n))),
        Character.Array[0, 60].Select(string.Concat),
        Gen.String,
        Gen.String[Gen.Char[" \t\r\n<|>/'\"{}:,.!_-aZé日19stmdrevl"], 0, 200]);

    /// <summary>A few vocabulary tokens side by side, whole or cut: where merging has most to decide.</summary>
    public static Gen<byte[]> Of(byte[][] tokens) => Gen.Select(Gen.Int[0, tokens.Length - 1], Gen.Int[0, 200], Gen.Int[0, 200]).Select((i, from, to) =>
    {
        var token = tokens[i];
        return from + to < token.Length ? token[from..^to] : token;
    }).Array[1, 12].Select(parts => parts.SelectMany(b => b).ToArray());
}
