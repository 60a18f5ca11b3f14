using System.Text;
using CsCheck;
using IronCage.Tests;

namespace IronCage.Cost.Tests.Tokens;

public sealed class TokenCounterTests
{
    private static readonly TokenCounter Counter = new();

    private static int Count(string text, string tokenizer = TokenCounter.O200k) => Count(Encoding.UTF8.GetBytes(text), tokenizer);

    private static int Count(ReadOnlySpan<byte> utf8, string tokenizer = TokenCounter.O200k)
    {
        Assert.That(Counter.TryCount(utf8, tokenizer, out var tokens), Is.True);
        return tokens;
    }

    private static ReferenceCounter Reference(string tokenizer) => tokenizer == TokenCounter.Cl100k ? ReferenceCounter.Cl100k : ReferenceCounter.O200k;

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
        Assert.That(Count(text, TokenCounter.O200kHarmony), Is.EqualTo(o200k));
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

    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void Any_text_has_the_count_of_the_reference(string tokenizer) =>
        TokenTexts.Any.Sample(text => Count(text, tokenizer) == Reference(tokenizer).Count(text), iter: Counts.Of(20_000));

    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void A_text_that_is_cut_anywhere_has_the_count_of_the_reference(string tokenizer) =>
        Gen.Select(TokenTexts.Any, Gen.Int[0, 10_000], Gen.Int[0, 10_000]).Sample((text, from, to) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var start = from % (bytes.Length + 1);
            var cut = bytes[start..(start + to % (bytes.Length - start + 1))];
            return Count(cut, tokenizer) == Reference(tokenizer).Count(Encoding.UTF8.GetString(cut));
        }, iter: Counts.Of(5_000));

    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void Any_bytes_have_the_count_of_what_a_reader_makes_of_them(string tokenizer) =>
        Gen.OneOf(Gen.Byte.Array, TokenTexts.Of(Reference(tokenizer).Tokens), Gen.Byte[0x70, 0xff].Array)
            .Sample(bytes => Count(bytes, tokenizer) == Reference(tokenizer).Count(Encoding.UTF8.GetString(bytes)), iter: Counts.Of(5_000));

    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void Every_token_as_a_text_of_its_own_has_the_count_of_the_reference(string tokenizer)
    {
        var tokens = Reference(tokenizer).Tokens;
        for (var i = 0; i < tokens.Length; i += Counts.Long ? 1 : 7)
        {
            if (Count(tokens[i], tokenizer) != Reference(tokenizer).Count(Encoding.UTF8.GetString(tokens[i])))
                Assert.Fail($"token {i}");
        }
    }

    // The pattern's alternatives against each other: marks and letters without case are on both sides of two of them.
    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void Every_short_text_of_one_character_of_each_class_has_the_count_of_the_reference(string tokenizer)
    {
        string[] characters = ["A", "b", "ǅ", "日", "\u0301", "7", " ", "\n", "!", "/", "'", "s", "\t", "𝐀"];
        for (var n = 0; n < (Counts.Long ? 14 * 14 * 14 * 14 * 14 : 14 * 14 * 14 * 14); n++)
        {
            var text = "";
            for (var rest = n; rest > 0; rest /= characters.Length)
                text += characters[rest % characters.Length];
            if (Count(text, tokenizer) != Reference(tokenizer).Count(text) || Count(text + " no end of the text is near", tokenizer) != Reference(tokenizer).Count(text + " no end of the text is near"))
                Assert.Fail(text);
        }
    }

    [Test]
    public void A_long_text_has_the_count_of_the_reference()
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < 200_000; i++)
            text.Append("Sentence number ").Append(i).Append(" says: größe is 日本 😀 and <|more|> of it.\n");
        Assert.That(Count(text.ToString()), Is.EqualTo(ReferenceCounter.O200k.Count(text.ToString())));
    }

    // Long enough for pieces to be remembered, and with more of them than there are places.
    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void A_text_of_many_pieces_that_come_again_has_the_count_of_the_reference(string tokenizer) =>
        Gen.Select(TokenTexts.Any.Array[1, 60], Gen.Int[0, int.MaxValue]).Sample((parts, seed) =>
        {
            var text = new StringBuilder();
            var random = new Random(seed);
            while (text.Length < 6_000)
                text.Append(random.Next(4) == 0 ? $" q{random.Next(3000):x}zw" : parts[random.Next(parts.Length)]).Append(' ');
            return Count(text.ToString(), tokenizer) == Reference(tokenizer).Count(text.ToString());
        }, iter: Counts.Of(60));

    [Test]
    public void There_are_never_more_tokens_than_bytes() =>
        TokenTexts.Any.Sample(text => Count(text) <= Encoding.UTF8.GetByteCount(text), iter: Counts.Of(1_000));

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
    [TestCase("--------=")]
    [CancelAfter(20_000)]
    public void A_run_without_end_is_counted_in_linear_time(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 1_000_000));
        Assert.That(Count(text), Is.InRange(1, Encoding.UTF8.GetByteCount(text)));
        Assert.That(Count(text, TokenCounter.Cl100k), Is.InRange(1, Encoding.UTF8.GetByteCount(text)));
    }

    [TestCase(TokenCounter.O200k)]
    [TestCase(TokenCounter.Cl100k)]
    public void A_long_run_has_the_count_of_the_reference(string tokenizer)
    {
        foreach (var length in new[] { 255, 256, 257, 1500, 3001 })
        {
            var scrambled = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + i * 7919 % 26)));
            foreach (var text in new[] { scrambled, new string('x', length), new string('日', length / 3), string.Concat(Enumerable.Repeat("-=", length / 2)) })
                Assert.That(Count(text, tokenizer), Is.EqualTo(Reference(tokenizer).Count(text)), text[..10] + length);
        }
    }

    [Test]
    public void Counting_allocates_nothing()
    {
        var texts = new[] { "The quick brown fox, größer als 日本語 tokens 😀!\n", string.Concat(Enumerable.Repeat("qzxv", 1000)) }.Select(Encoding.UTF8.GetBytes).ToArray();
        var allocated = long.MaxValue;
        for (var i = 0; i < 5; i++) // the first warms the pool up, and a collection may empty it
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var text in texts)
            {
                Counter.TryCount(text, TokenCounter.O200k, out _);
                Counter.TryCount(text, TokenCounter.Cl100k, out _);
            }
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.That(allocated, Is.Zero);
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
        TokenTexts.Any.Sample(text =>
        {
            var expected = Count(text);
            Parallel.For(0, 4, _ => Assert.That(Count(text), Is.EqualTo(expected)));
        }, iter: Counts.Of(200));

    [Test]
    public void Threads_that_come_first_together_count_right() =>
        Assert.Multiple(() =>
        {
            var counter = new TokenCounter();
            Parallel.For(0, 8, _ =>
            {
                counter.TryCount("tiktoken is great!"u8, TokenCounter.O200k, out var tokens);
                Assert.That(tokens, Is.EqualTo(6));
            });
        });
}
