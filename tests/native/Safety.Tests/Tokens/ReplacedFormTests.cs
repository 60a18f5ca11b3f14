using System.Text;
using CsCheck;
using IronCage.Core.Entropy;
using IronCage.Safety.Tokens;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Tokens;

/// <summary>Nothing is found in a token or a hash, and nothing becomes a finding by one being there.</summary>
internal sealed class ReplacedFormTests
{
    private static readonly TokenVault Vault = new(new KeyRing(new SafetyKey(new byte[32])), "", new ListedTokens(), new SystemRandomSource());

    private static IEnumerable<string> Kinds(byte[] text) => Scanners.All.Scan(text).Select(finding => finding.Kind.Name);

    private static byte[] Tokenise(PiiKind kind, byte[] value) => Vault.Tokenise(kind, value, new TokenBatch());

    private static byte[] Hash(PiiKind kind, byte[] value) => Vault.Hash(kind, value);

    [Test]
    public void Nothing_is_found_in_tokens_and_hashes_of_any_kind()
    {
        for (int i = 0; i < Counts.Of(200); i++)
        {
            foreach (PiiKind kind in PiiKinds.All)
            {
                foreach (Func<PiiKind, byte[], byte[]> form in new[] { Tokenise, (Func<PiiKind, byte[], byte[]>)Hash })
                {
                    byte[] text = [.. "api_key = \""u8, .. form(kind, BitConverter.GetBytes(i)), .. "\" passport: "u8, .. form(kind, BitConverter.GetBytes(~i))];
                    Assert.That(Scanners.All.Scan(text), Is.Empty, Encoding.ASCII.GetString(text));
                }
            }
        }
    }

    /// <summary>What is found beside a token is what is found beside a redacted form (nothing, as <see cref="RedactionTests"/> holds).</summary>
    [Test]
    public void Token_and_redacted_form_are_the_same_to_what_stands_beside_them()
    {
        foreach (byte[] text in Corpus.All)
            Check(text);
    }

    [Test]
    public void Token_and_redacted_form_are_the_same_in_mixtures() =>
        Gen.Int[0, Corpus.Pieces.Length - 1].Array[0, 14].Try(
            picks => Check(Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Corpus.Pieces[i])))), 30_000);

    [TestCase("[PIN_4111111111111111]")]
    [TestCase("[PIN_A11111111111111B]")]
    [TestCase("[PIN_KJ7Q2ZP4M0XNT5W]")]
    [TestCase("[pin_KJ7Q2ZP4M0XNT5WA]")]
    public void Only_a_code_makes_a_token(string text)
    {
        byte[] address = [.. "ada@example.org "u8, .. Encoding.ASCII.GetBytes(text)];
        Assert.That(Scanners.For("EMAIL_ADDRESS").Scan([.. address[..15], .. address[16..]]), Has.Count.EqualTo(1), "an address right before a token is none");
    }

    private static void Check(byte[] text)
    {
        byte[] tokenised = Scanners.Replace(text, Tokenise);
        Assert.That(Kinds(tokenised), Is.EqualTo(Kinds(Scanners.Redact(text))), () => Encoding.UTF8.GetString(text));
    }
}
