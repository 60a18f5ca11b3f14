using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>However a text goes on, a stream never keeps more than 512 bytes of it undecided.</summary>
internal sealed class HoldBackTests
{
    private const int Most = 512;

    private static readonly Scanner Own = new(new ScannerOptions
    {
        Patterns = [new OwnPattern("LONG_WORD", "[a-z]{3,}"), new OwnPattern("ANY_LINE", "x.*y"), new OwnPattern("DIGITS", "[0-9]+!")],
        Dictionaries = [new TermDictionary("TERMS", ["aaaaaaaa bbbb", new string('c', 190)])],
    });

    private static readonly string[] Runs =
    [
        "a", "ab", "aB3", "Zk2", "1", "0123456789", "1.", "1-", "1 ", "4111 ", "3f", "3F9a7c", "3f9a7c21b8", ".", "-", "--", "=", ":", "@", "a@", "a.", "a-", "/", "//", "#", "\"", "x",
        "_", "+", "%", "&", "[", "[A", "[A_", "]", "(", "\\", "é", "中", "bob", "A", "AB1", "AB CD ", "token=", "password: ", "--a", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9", "-----", "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nq7Zk2WmX9bTf4HsL8cRv1NgY6pDj3KxB5nQe0GtU\n\n", "https://a.b/", "http://a/?1,1,", "https://user:", "://a:b",
        "bob@a.", "aa:", "1:", "::", "AKIA", "ghp_", "sk-", "ya29.", "xoxb-1-", "Bearer ", "PuTTY-User-Key-File-3: a\nEncryption: b\n", "PuTTY-User-Key-File-", "AAAA", "fwAA/8D+", "Z2lmIGE+",
    ];

    private static IEnumerable<TestCaseData> Texts()
    {
        foreach (string unit in Runs)
            yield return Case("many of " + unit, string.Concat(Enumerable.Repeat(unit, (6000 / unit.Length) + 1)));
        var random = new Random(7);
        byte[] picture = new byte[75_000];
        random.NextBytes(picture);
        yield return Case("a picture in Base64", Convert.ToBase64String(picture));
        yield return Case("a picture in hexadecimal digits", Convert.ToHexStringLower(picture.AsSpan(0, 30_000)));
        string prose = string.Concat(Enumerable.Range(0, 1000).Select(i => $"Line {i} of a text, by user{i}@example.com, who has no. {i}.\n"));
        yield return Case("text in Base64", Fakes.Base64(prose));
        yield return Case("text in hexadecimal digits", Fakes.Hex(prose));
        yield return Case("a key in Base64", Fakes.Base64("x\n" + Fakes.Pem(lines: 200)));
        yield return Case("a long web token", "eyJhbGciOiJIUzI1NiJ9.eyJ" + Fakes.Body(20_000) + "." + Fakes.Body(43));
        yield return Case("a web token with a long header", Fakes.Base64("{\"alg\":\"RS256\",\"x5c\":[\"" + Fakes.Body(9000)) + "." + Fakes.Body(43));
        yield return Case("a key", Fakes.Pem(lines: 200));
        yield return Case("a key without an end", Fakes.Pem(lines: 1100, end: false));
        yield return Case("a key in one line", "-----BEGIN PRIVATE KEY-----\\n" + Fakes.Body(70_000));
        yield return Case("a key of PuTTY's", Fakes.Putty.Replace("Private-Lines", string.Concat(Enumerable.Repeat(Fakes.Body(64) + "\n", 300)) + "Private-Lines", StringComparison.Ordinal));
        yield return Case("a long URL", "https://example.com/" + string.Concat(Enumerable.Repeat("path/to/it?q=1&r=", 6000)));
        yield return Case("a long host", "https://" + string.Concat(Enumerable.Repeat("label.", 2000)) + "com");
        yield return Case("a long token", "sl.B" + Fakes.Body(30_000));
        yield return Case("letters without white space", string.Concat(Enumerable.Range(0, 3000).Select(i => (char)('a' + (i * 7 % 26)))));
        yield return Case("pieces", string.Concat(Corpus.Pieces) + string.Concat(Corpus.Pieces.Reverse()) + string.Join(' ', Corpus.Pieces));
        foreach (byte[] text in Corpus.All)
            yield return Case("corpus " + text.Length, Encoding.Latin1.GetString(text), text);
    }

    [TestCaseSource(nameof(Texts))]
    public void Undecided_are_at_most_512_bytes(byte[] text)
    {
        Check(Scanners.All, text);
        Check(Own, text);
    }

    private static void Check(Scanner scanner, byte[] text)
    {
        ScanStream stream = scanner.OpenStream();
        var findings = new List<StreamFinding>();
        int most = 0;
        int at = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int undecided = i + 1 - (int)stream.Push(text.AsSpan(i, 1), final: false, findings);
            if (undecided > most)
                (most, at) = (undecided, i + 1);
        }

        Assert.That(most, Is.LessThanOrEqualTo(Most), () => $"at {at}: {Encoding.UTF8.GetString(text, at - most, Math.Min(most, 200))}");
    }

    private static TestCaseData Case(string name, string text, byte[]? bytes = null) => new TestCaseData(bytes ?? Encoding.UTF8.GetBytes(text)).SetArgDisplayNames(name);
}
