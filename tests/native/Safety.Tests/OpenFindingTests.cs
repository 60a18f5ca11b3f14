using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests;

/// <summary>Secrets whose end comes long after what proves them: handed out at once, told once, and the same for every cut.</summary>
internal sealed class OpenFindingTests
{
    private static readonly string[] Pieces =
    [
        Fakes.Pem(), Fakes.Pem(lines: 20), Fakes.Pem(lines: 3, end: false), Fakes.Pem("PGP PRIVATE KEY BLOCK", lines: 8), Fakes.Pem("EC PRIVATE KEY", "\\n", 9), Fakes.Pem("CERTIFICATE"),
        Fakes.Pem(lines: 1, end: false), "-----END RSA PRIVATE KEY-----", "-----", "--", "-", "\n", "\r\n", "\\n", "\"", " ", "  ", ".", "..", "...", "=", "==", "{", "/", "[PRIVATE_KEY_REDACTED]", "[JWT_REDACTED]",
        Fakes.Putty, Fakes.Putty.Replace("\n", "\\n", StringComparison.Ordinal), Fakes.Putty[..200], "Private-MAC: 3f9a", "Comment: x\n", "PuTTY-User-Key-File-",
        Fakes.Jwt, LongJwt(300), LongJwt(900), LongJwt(900)[..500], "eyJ" + Fakes.Body(300), "." + Fakes.Body(43), Fakes.Body(64), Fakes.Body(300),
        "ya" + "29." + Fakes.Body(350), "sl.B" + Fakes.Body(1100, 4), "pypi-AgEIcHlwaS5vcmc" + Fakes.Body(240, 2), "glpat-" + Fakes.Body(290) + ".01.abcdef012", "v^1.1#i^1#" + Fakes.Body(700) + "^" + Fakes.Body(9),
        "bob@example.com", "4111 1111 1111 1111", "token=", "ssn 123-45-6789", "Hello world", "\u200B", "é", "%41", "https://example.com/?t=",
    ];

    private static readonly Gen<byte[]> Mixtures =
        Gen.Int[0, Pieces.Length - 1].Array[1, 7].Select(picks => Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Pieces[i]))));

    [Test]
    public void Random_cuts_find_what_the_whole_text_holds() => Gen.Select(Mixtures, Gen.Int[0, 8000].Array[0, 6]).Try(
        (text, cuts) => ScanStreamTests.CheckCuts(text, cuts.Select(cut => cut % (text.Length + 1)).Order()), 3000);

    [Test]
    public void One_byte_at_a_time_finds_what_the_whole_text_holds() =>
        Mixtures.Try(text => ScanStreamTests.CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1))), 600);

    [Test]
    public void Redacted_mixture_holds_nothing_more() => Mixtures.Try(text => RedactionTests.CheckRedaction(text), 4000);

    [Test]
    public void What_stands_behind_a_short_key_is_found() => Marked.Check("⟦" + Fakes.Pem(lines: 1) + "⟧ ⟦bob@example.com⟧", "PRIVATE_KEY", "EMAIL_ADDRESS");

    [Test]
    public void Key_ends_where_more_than_a_line_of_it_is_missing()
    {
        string key = Fakes.Pem(lines: 4, end: false).TrimEnd();
        Assert.That(Marked.Kinds(key + new string(' ', 200) + Fakes.Body(64)), Is.EqualTo(new[] { "PRIVATE_KEY " + key }));
    }

    [TestCase(200)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(257)]
    [TestCase(5000)]
    [TestCase(60_000)]
    public void Web_token_of_any_length_is_found_whole(int length)
    {
        string jwt = LongJwt(length);
        Assert.That(jwt, Has.Length.EqualTo(length));
        Assert.That(Marked.Kinds("see " + jwt + ". Then"), Is.EqualTo(new[] { "JWT " + jwt }));
    }

    [Test]
    public void Web_token_with_a_header_of_kilobytes_is_found_whole()
    {
        string header = Convert.ToBase64String(Encoding.ASCII.GetBytes("{\"alg\":\"RS256\",\"x5c\":[\"" + Fakes.Body(3000) + "\"]}")).TrimEnd('=');
        string jwt = header + ".eyJzdWIiOiIxMjM0In0." + Fakes.Body(86);
        Assert.That(Marked.Kinds("Bearer " + jwt + " x"), Is.EqualTo(new[] { "JWT " + jwt }));
    }

    [TestCase("GOOGLE_OAUTH_ACCESS_TOKEN", "ya" + "29.", 350)]
    [TestCase("DROPBOX_ACCESS_TOKEN", "sl.B", 1300)]
    [TestCase("PYPI_TOKEN", "pypi-AgEIcHlwaS5vcmc", 500)]
    public void Token_longer_than_its_proof_is_found_whole(string kind, string head, int length)
    {
        string token = head + Fakes.Body(length, 4);
        Assert.That(Marked.Kinds("use " + token + ", please"), Is.EqualTo(new[] { kind + " " + token }));
    }

    /// <summary>The last part, of a length of its own, lies across the place where the token is told.</summary>
    [TestCase(100)]
    [TestCase(166)]
    [TestCase(200)]
    [TestCase(252)]
    [TestCase(253)]
    [TestCase(380)]
    public void Part_across_the_end_of_the_proof_is_read_whole(int length)
    {
        string token = "t1." + Fakes.Body(length, 4) + "." + Fakes.Body(86, 7);
        Assert.That(Marked.Kinds("use " + token + ", please"), Is.EqualTo(new[] { "YANDEX_IAM_TOKEN " + token }));
    }

    private static string LongJwt(int length)
    {
        string[] parts = Fakes.Jwt.Split('.');
        return parts[0] + "." + "eyJ" + Fakes.Body(length - parts[0].Length - parts[2].Length - 5, 3) + "." + parts[2];
    }
}
