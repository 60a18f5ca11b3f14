using System.Text;
using CsCheck;
using Microsoft.ML.Tokenizers;

namespace IronCage.Cost.Tests.Tokens;

public sealed class TokenCounterTests
{
    private static readonly TokenCounter Counter = new();
    private static readonly TiktokenTokenizer O200k = TiktokenTokenizer.CreateForEncoding("o200k_base");
    private static readonly TiktokenTokenizer Cl100k = TiktokenTokenizer.CreateForEncoding("cl100k_base");

    private static int Count(string text, string tokenizer = TokenCounter.O200k) => Count(Encoding.UTF8.GetBytes(text), tokenizer);

    private static int Count(ReadOnlySpan<byte> utf8, string tokenizer = TokenCounter.O200k)
    {
        Assert.That(Counter.TryCount(utf8, tokenizer, out var tokens), Is.True);
        return tokens;
    }

    // Published counts: OpenAI cookbook, "How to count tokens with tiktoken"; "<|endoftext|>" by encode_ordinary.
    [TestCase("", 0, 0)]
    [TestCase("tiktoken is great!", 6, 6)]
    [TestCase("antidisestablishmentarianism", 6, 6)]
    [TestCase("2 + 2 = 4", 7, 7)]
    [TestCase("お誕生日おめでとう", 9, 8)]
    [TestCase("<|endoftext|>", 7, 7)]
    public void A_text_has_its_published_count(string text, int cl100k, int o200k)
    {
        Assert.That(Count(text, TokenCounter.Cl100k), Is.EqualTo(cl100k));
        Assert.That(Count(text), Is.EqualTo(o200k));
    }

    [TestCase("<|endoftext|>")]
    [TestCase("<|endofprompt|>")]
    [TestCase("<|fim_prefix|>")]
    [TestCase("a<|endoftext|><|endoftext|>b")]
    public void What_looks_like_a_special_token_counts_as_text(string text)
    {
        Assert.That(Count(text, TokenCounter.Cl100k), Is.GreaterThan(4));
        Assert.That(Count("x " + text + " y"), Is.GreaterThan(6));
    }

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char[" \t\r\n<|>/'\"{}:,.!_-aZé日本😀19"], 0, 200],
        Gen.Int[1, 60].SelectMany(n => Pick("word", "the ", " don't", "\r\n\r\n", "  ", "1234567", "<|x", "日本語", "😀😀", "Ünï", "==>", "\"k\":").Array[n]).Select(string.Concat));

    [Test]
    public void Cutting_a_text_does_not_change_its_count() =>
        AnyText.Sample(text =>
        {
            var clean = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); // lone surrogates do not survive UTF-8
            return clean.Contains("<|e") || Count(clean) == O200k.CountTokens(clean) && Count(clean, TokenCounter.Cl100k) == Cl100k.CountTokens(clean);
        }, iter: 3000);

    [Test]
    public void A_text_of_several_buffers_has_the_count_of_the_whole()
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < 200_000; i++)
            text.Append("Sentence number ").Append(i).Append(" says: größe is 日本 😀 and <|more|> of it.\n");
        Assert.That(Count(text.ToString()), Is.EqualTo(O200k.CountTokens(text.ToString())));
    }

    [Test]
    public void There_are_never_more_tokens_than_bytes() =>
        Gen.OneOf(AnyText.Select(Encoding.UTF8.GetBytes), Gen.Byte.Array).Sample(bytes => Math.Min(Count(bytes), bytes.Length) >= (bytes.Length > 0 ? 1 : 0)
            && (!IsValid(bytes) || Count(bytes) <= bytes.Length), iter: 1000);

    private static bool IsValid(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    [Test]
    public void Invalid_bytes_count_as_replacement_characters() =>
        Assert.That(Count([(byte)'a', 0xff, (byte)'b', 0xe6, 0x97]), Is.EqualTo(Count("a\ufffdb\ufffd")));

    [TestCase("a")]
    [TestCase("!")]
    [TestCase(" ")]
    [TestCase("\n")]
    [TestCase("日")]
    [TestCase("😀")]
    [TestCase("a\u0301")]
    [CancelAfter(20_000)]
    public void A_run_without_end_is_counted_in_linear_time(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 300_000));
        var tokens = Count(text);
        Assert.That(tokens, Is.InRange(1, Encoding.UTF8.GetByteCount(text) + text.Length / TextCuts.LongestRun + 1));
    }

    [Test]
    public void A_run_that_is_cut_counts_a_little_more_and_not_less()
    {
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => (char)('a' + i * 7919 % 26)));
        Assert.That(Count(text), Is.InRange(O200k.CountTokens(text), O200k.CountTokens(text) + 20));
    }

    [Test]
    public void An_unknown_tokenizer_is_refused()
    {
        Assert.That(Counter.TryCount("abc"u8, "p50k_base", out var tokens), Is.False);
        Assert.That(tokens, Is.Zero);
        Assert.That(Counter.TryCount("abc"u8, null, out _), Is.False);
        Assert.That(Counter.IsLoaded("p50k_base"), Is.False);
    }

    [Test]
    public void Tables_are_loaded_at_the_first_count_and_not_before()
    {
        var counter = new TokenCounter();
        Assert.That(counter.IsLoaded(TokenCounter.Cl100k), Is.False);
        counter.TryCount("abc"u8, TokenCounter.Cl100k, out _);
        Assert.That(counter.IsLoaded(TokenCounter.Cl100k), Is.True);
        Assert.That(counter.IsLoaded(TokenCounter.O200k), Is.False);
    }

    [Test]
    public void Threads_count_alike() =>
        Gen.String.Sample(text =>
        {
            var expected = Count(text);
            Parallel.For(0, 4, _ => Assert.That(Count(text), Is.EqualTo(expected)));
        }, iter: 200);
}
