using System.Text;
using CsCheck;
using IronCage.Safety.Tokens;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Tokens;

internal sealed class TokenStreamTests
{
    private const string Name = "EMAIL_KJ7Q2ZP4M0XNT5WA";

    private static readonly string[] Pieces =
    [
        "[" + Name + "]", "[US_SSN_HASH_ZZ99ZZ99ZZ99ZZ99]", "\\[EMAIL\\_KJ7Q2ZP4M0XNT5WA\\]", "[email_kj7q2zp4moxnt5wa]", "[", "]", "\\", "_", "[[", "EMAIL_", "KJ7Q2ZP4M0XNT5WA",
        "[EMAIL_REDACTED]", "[EMAIL_1J7Q2ZP4M0XNT5WA]", "[EMAIL_KJ7Q2ZP4M0XNT5WA", " ", "é", "text", "[A", "\\\\", "[" + Name + "][", new string('[', 300), "[" + new string('A', 300) + "]",
    ];

    private static List<FoundToken> Find(string text, bool isJson = false)
    {
        var found = new List<FoundToken>();
        TokenStream.Find(Encoding.UTF8.GetBytes(text), isJson, found);
        return found;
    }

    [TestCase("[EMAIL_KJ7Q2ZP4M0XNT5WA]", 0, 24)]
    [TestCase("to [EMAIL_KJ7Q2ZP4M0XNT5WA].", 3, 27)]
    [TestCase("[email_kj7q2zp4m0xnt5wa]", 0, 24)]
    [TestCase("[Email_KJ7Q2ZP4MOXNT5WA]", 0, 24)]
    [TestCase(@"\[EMAIL\_KJ7Q2ZP4M0XNT5WA\]", 0, 27)]
    [TestCase(@"\\[EMAIL_KJ7Q2ZP4M0XNT5WA]", 1, 26)]
    [TestCase("[[EMAIL_KJ7Q2ZP4M0XNT5WA]]", 1, 25)]
    public void Token_is_understood_as_models_write_it(string text, int start, int end) => Assert.That(Find(text), Is.EqualTo(new[] { new FoundToken(start, end, Name) }));

    [TestCase("[EMAIL_KJ7Q2ZP4M0XNT5W]")]
    [TestCase("[EMAIL_KJ7Q2ZP4M0XNT5WAA]")]
    [TestCase("[KJ7Q2ZP4M0XNT5WA]")]
    [TestCase("[_KJ7Q2ZP4M0XNT5WA]")]
    [TestCase("[EMAIL_REDACTED]")]
    [TestCase("[EMAIL-KJ7Q2ZP4M0XNT5WA]")]
    [TestCase("[EMAIL_4111111111111111]")]
    [TestCase("[EMAIL_KJ7Q2ZP4M0XNT5UA]")]
    [TestCase("EMAIL_KJ7Q2ZP4M0XNT5WA")]
    public void Anything_else_is_no_token(string text) => Assert.That(Find(text), Is.Empty);

    [Test]
    public void In_json_a_backslash_belongs_to_the_text() =>
        Assert.That(Find(@"\\[EMAIL_KJ7Q2ZP4M0XNT5WA]", isJson: true), Is.EqualTo(new[] { new FoundToken(2, 26, Name) }));

    [Test]
    public void However_a_text_is_cut_the_tokens_are_those_of_the_whole() =>
        Gen.Select(Gen.Int[0, Pieces.Length - 1].Array[0, 12], Gen.Int[1, 20].Array[1, 30], Gen.Bool).Sample((picks, cuts, isJson) =>
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Pieces[i])));
            var whole = new List<FoundToken>();
            TokenStream.Find(text, isJson, whole);
            var pieces = new List<FoundToken>();
            var stream = new TokenStream(isJson);
            long decided = 0;
            int at = 0;
            for (int i = 0; at < text.Length; i++)
            {
                int length = Math.Min(cuts[i % cuts.Length], text.Length - at);
                int before = pieces.Count;
                long now = stream.Push(text.AsSpan(at, length), final: false, pieces);
                Assert.That(pieces.Skip(before).All(token => token.Start >= decided && token.End <= now), "none begins before an earlier answer");
                Assert.That(now, Is.InRange(Math.Max(decided, at + length - 200), at + length), "little is held back");
                (decided, at) = (now, at + length);
            }
            Assert.That(stream.Push([], final: true, pieces), Is.EqualTo(text.Length));
            Assert.That(pieces, Is.EqualTo(whole));
        }, iter: Counts.Of(20_000));

    [Test]
    public void Hostile_text_costs_linear_time()
    {
        foreach (string piece in new[] { "[", "\\", "[A", "[EMAIL_", "[" + new string('A', 87) })
        {
            byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 4_000_000 / piece.Length)));
            var watch = System.Diagnostics.Stopwatch.StartNew();
            TokenStream.Find(text, isJson: false, []);
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), piece);
        }
    }
}
