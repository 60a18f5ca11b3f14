using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests;

internal sealed class ScanStreamTests
{
    private static readonly Gen<byte[]> Mixtures =
        Gen.Int[0, Corpus.Pieces.Length - 1].Array[0, 14].Select(picks => Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Corpus.Pieces[i]))));

    [Test]
    public void Every_cut_in_two_finds_what_the_whole_text_holds()
    {
        foreach (byte[] text in Corpus.All)
        {
            for (int cut = 0; cut <= text.Length; cut++)
                CheckCuts(text, [cut]);
        }
    }

    [Test]
    public void One_byte_at_a_time_finds_what_the_whole_text_holds()
    {
        foreach (byte[] text in Corpus.All)
            CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1)));
    }

    [Test]
    public void Random_cuts_of_random_mixtures_find_what_the_whole_text_holds() =>
        Gen.Select(Mixtures, Gen.Int[0, 2000].Array[0, 6]).Try(
            (text, cuts) => CheckCuts(text, cuts.Select(c => text.Length == 0 ? 0 : c % (text.Length + 1)).Order()), 6000);

    [Test]
    public void One_byte_at_a_time_of_random_mixtures_finds_what_the_whole_text_holds() =>
        Mixtures.Try(text => CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1))), 1500);

    [Test]
    public void Random_bytes_of_the_alphabet_that_matters_find_what_the_whole_text_holds()
    {
        byte[] alphabet = [.. "@.:-+_() 0123456789abcdefzKSAI\\n[]"u8, 0xC3, 0xA9, 0xE4, 0xFF];
        Gen.Select(Gen.Int[0, alphabet.Length - 1].Select(i => alphabet[i]).Array[0, 300], Gen.Int[1, 9]).Try(
            (text, step) => CheckCuts(text, Enumerable.Range(1, text.Length).Where(i => i % step == 0)), 3000);
    }

    /// <summary>The buffer moves only after more than a kilobyte: long texts show whether what is kept is enough.</summary>
    [Test]
    public void Long_text_in_pieces_finds_what_the_whole_text_holds()
    {
        byte[] text = [.. Enumerable.Range(0, 4).SelectMany(_ => Corpus.All.SelectMany(t => t.Append((byte)' ')))];
        foreach (int step in new[] { 1, 2, 7, 64, 333, 1024, 5000 })
            CheckCuts(text, Enumerable.Range(1, text.Length - 1).Where(i => i % step == 0));
    }

    [Test]
    public void Ordinary_text_lags_by_at_most_512_bytes()
    {
        foreach (byte[] text in Corpus.All.Where(t => !t.AsSpan().StartsWith("before "u8)))
        {
            ScanStream stream = Scanners.All.OpenStream();
            var findings = new List<StreamFinding>();
            for (int i = 0; i < text.Length; i++)
            {
                long decided = stream.Push(text.AsSpan(i, 1), final: false, findings);
                Assert.That(i + 1 - decided, Is.InRange(0, 512), Encoding.UTF8.GetString(text, 0, i + 1));
            }
        }
    }

    [TestCase("Hello world ", 6)] // it may go on with [at]
    [TestCase("Hello", 0)]
    [TestCase("Hello world", 6)]
    [TestCase("Hello world. ", 13)]
    [TestCase("It costs five, ", 15)]
    [TestCase("It costs 5, and no more than that is due ", 37)]
    [TestCase("bob@example.com ", 16)]
    [TestCase("bob@example.com", 0)]
    [TestCase("中文，", 9)]
    [TestCase("sk-", 0)]
    [TestCase("ask-me ", 0)]
    [TestCase("ask-me, ", 8)]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 100)]
    public void Text_that_cannot_belong_to_a_finding_is_decided_at_once(string text, int decided)
    {
        ScanStream stream = Scanners.All.OpenStream();
        Assert.That(stream.Push(Encoding.UTF8.GetBytes(text), final: false, []), Is.EqualTo(decided));
    }

    [Test]
    public void Private_key_is_handed_out_before_its_end_arrives()
    {
        byte[] pem = Encoding.ASCII.GetBytes(Fakes.Pem(lines: 20));
        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        stream.Push("key: "u8, final: false, findings);
        long decided = stream.Push(pem.AsSpan(0, 1000), final: false, findings);
        Assert.That(findings, Has.Count.EqualTo(1));
        Assert.That((findings[0].Start, findings[0].From, findings[0].End, findings[0].IsOpen), Is.EqualTo((5L, 5L, decided, true)));
        Assert.That(1005 - decided, Is.LessThan(5));
        long next = stream.Push(pem.AsSpan(1000), final: false, findings);
        Assert.That(findings.Skip(1).Select(f => (f.Kind.Name, f.Start, f.From, f.End, f.IsOpen)), Is.EqualTo(new[] { ("PRIVATE_KEY", 5L, decided, 5L + pem.Length, false) }));
        Assert.That(next, Is.EqualTo(5 + pem.Length));
    }

    [Test]
    public void Private_key_without_an_end_is_over_after_64_KB()
    {
        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        byte[] line = Encoding.ASCII.GetBytes(Fakes.Body(64) + "\n");
        stream.Push("-----BEGIN PRIVATE KEY-----\n"u8, final: false, findings);
        for (int sent = 28; sent < 70_000; sent += line.Length)
            stream.Push(line, final: false, findings);
        Assert.That(findings.Whole().Select(f => (f.Kind.Name, f.Start, f.End)), Is.EqualTo(new[] { ("PRIVATE_KEY", 0L, 65536L) }));
    }

    [Test]
    public void Push_after_the_end_is_refused()
    {
        ScanStream stream = Scanners.All.OpenStream();
        stream.Push("x"u8, final: true, []);
        Assert.Throws<InvalidOperationException>(() => stream.Push("y"u8, final: false, []));
    }

    internal static void CheckCuts(byte[] text, IEnumerable<int> cuts, Scanner? scanner = null)
    {
        scanner ??= Scanners.All;
        List<Finding> whole = scanner.Scan(text);
        ScanStream stream = scanner.OpenStream();
        var findings = new List<StreamFinding>();
        long decided = 0;
        int at = 0;
        foreach (int cut in cuts.Append(text.Length))
        {
            int known = findings.Count;
            bool final = cut == text.Length && at <= cut;
            long before = decided;
            decided = stream.Push(text.AsSpan(at, cut - at), final, findings);
            at = cut;
            bool sound = decided >= before && decided <= at && AreSound(findings.Skip(known), before, decided);
            Assert.That(sound, Is.True, () => $"cut {cut}: {before} to {decided} in {Encoding.Latin1.GetString(text)}");
            if (final)
                break;
        }

        Assert.That(decided, Is.EqualTo(text.Length));
        bool same = findings.Whole().Select(f => new Finding(f.Kind, (int)f.Start, (int)f.End, f.Score, f.Evidence)).SequenceEqual(whole);
        Assert.That(same, Is.True, () => $"{string.Join("; ", findings)}\nis not\n{string.Join("; ", whole)}\nin {Encoding.Latin1.GetString(text)}");
    }

    /// <summary>Whether findings, and parts of findings, lie between two answers, each where the one before it ended.</summary>
    private static bool AreSound(IEnumerable<StreamFinding> findings, long before, long decided)
    {
        foreach (StreamFinding finding in findings)
        {
            if (finding.From < before || finding.End < finding.From || finding.End > decided || finding.Start > finding.From)
                return false;
            before = finding.End;
        }

        return true;
    }
}
