using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Sha256 = IronCage.Core.Audit.Sha256;

namespace IronCage.Core.Tests.Audit;

public class Sha256Tests
{
    private static string HashOf(params byte[][] parts)
    {
        var sha = new Sha256();
        foreach (var part in parts)
            sha.Append(part);
        var hash = new byte[Sha256.HashLength];
        sha.Finish(hash);
        return Convert.ToHexStringLower(hash);
    }

    // FIPS 180-4's own examples (NIST, "SHA256.pdf"), and the empty message.
    [TestCase("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [TestCase("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void The_examples_of_the_standard(string message, string hash) => Assert.That(HashOf(Encoding.ASCII.GetBytes(message)), Is.EqualTo(hash));

    [Test]
    public void A_million_times_a() =>
        Assert.That(HashOf([.. Enumerable.Repeat((byte)'a', 1_000_000)]), Is.EqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));

    [Test]
    public void Every_length_around_the_blocks_is_as_the_platform_says()
    {
        for (var length = 0; length <= 260; length++)
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            Assert.That(HashOf(bytes), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes))), $"{length} bytes");
        }
    }

    [Test]
    public void However_the_bytes_come_they_have_the_hash_of_the_whole() =>
        Gen.Byte.Array[0, 150].Array[0, 8].Sample(parts => HashOf(parts) == Convert.ToHexStringLower(SHA256.HashData([.. parts.SelectMany(p => p)])), iter: 2_000);
}
