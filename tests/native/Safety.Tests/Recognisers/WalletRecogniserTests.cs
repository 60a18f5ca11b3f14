using System.Security.Cryptography;
using System.Text;
using CsCheck;
using IronCage.Safety.Recognisers.Crypto;

namespace IronCage.Safety.Tests.Recognisers;

internal sealed class WalletRecogniserTests
{
    // Addresses that the standards and the projects' documentation print.
    [TestCase("⟦1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2⟧, ⟦3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy⟧")]
    [TestCase("⟦bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4⟧ ⟦BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4⟧.")]
    [TestCase("⟦bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0⟧ bitcoin:⟦1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2⟧?amount=1")]
    [TestCase("⟦tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx⟧ ⟦bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3⟧")]
    [TestCase("⟦0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed⟧ \"⟦0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359⟧\"")]
    [TestCase("wallet ⟦0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed⟧ 钱包⟦0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED⟧")]
    [TestCase("⟦bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a⟧ ⟦qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a⟧")]
    [TestCase("⟦rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh⟧ ⟦TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t⟧ ⟦DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L⟧")]
    [TestCase("⟦888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H⟧")]
    [TestCase("⟦GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ⟧ ⟦GA2HGBJIJKI6O4XEM7CZWY5PS6GKSXL6D34ERAJYQSPYA6X6AI7HYW36⟧")]
    [TestCase("solana wallet: ⟦TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA⟧")]
    public void Address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "CRYPTO");

    [TestCase("wallet 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2x")]
    [TestCase("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 bc1pw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx")]
    [TestCase("wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00")]
    [TestCase("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")]
    [TestCase("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGA")]
    [TestCase("da39a3ee5e6b4b0d3255bfef95601890afd80709 550e8400-e29b-41d4-a716-446655440000")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "CRYPTO");

    [Test]
    public void Sha256_agrees_with_the_platform() => Gen.Byte.Array[0, Sha256.LongestInput].Sample(input =>
    {
        var digest = new byte[Sha256.Length];
        Sha256.Hash(input, digest);
        Assert.That(digest, Is.EqualTo(SHA256.HashData(input)));
    });

    [TestCase("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [TestCase("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [TestCase("The quick brown fox jumps over the lazy dog", "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    public void Keccak256_gives_the_published_digests(string input, string expected)
    {
        var digest = new byte[Keccak256.Length];
        Keccak256.Hash(Encoding.ASCII.GetBytes(input), digest);
        Assert.That(Convert.ToHexStringLower(digest), Is.EqualTo(expected));
    }
}
