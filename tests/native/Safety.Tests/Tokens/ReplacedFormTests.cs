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
    private static readonly TokenBatch Batch = new();

    private static byte[] Tokenise(PiiKind kind, byte[] value) => Vault.Tokenise(kind, value, Batch);

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

    [Test]
    public void Tokenised_text_holds_nothing_more()
    {
        foreach (byte[] text in Corpus.All)
            Check(text);
    }

    [Test]
    public void Tokenised_mixture_holds_nothing_more() =>
        Gen.Int[0, Corpus.Pieces.Length - 1].Array[0, 14].Sample(
            picks => Check(Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Corpus.Pieces[i])))), iter: Counts.Of(200_000));

    [TestCase("[PIN_4111111111111111]")]
    [TestCase("[A_B 4111111111111111]")]
    [TestCase("[CARD 4111 1111 1111 1111]")]
    public void Number_in_brackets_cannot_pass_for_a_token(string text) =>
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes(text)).Count > 0 || !text.Contains(' ', StringComparison.Ordinal));

    private static void Check(byte[] text)
    {
        byte[] once = Scanners.Replace(text, Tokenise);
        byte[] twice = Scanners.Replace(once, Tokenise);
        Assert.That(Encoding.Latin1.GetString(twice), Is.EqualTo(Encoding.Latin1.GetString(once)), () => Encoding.UTF8.GetString(text));
    }
}
