using System.Text;
using IronCage.Tests;

namespace IronCage.Safety.Tests;

/// <summary>
/// Long texts and many findings; 100 MB and ten million with <c>build/test --long</c>. There is no clock here: what grows with the square would run for days, and memory is
/// counted. Time is in tests/bench/scan.py.
/// </summary>
[NonParallelizable]
internal sealed class ScaleTests
{
    private static readonly int Length = Counts.Long ? 100_000_000 : 4_000_000;
    private static readonly int Findings = Counts.Long ? 10_000_000 : 200_000;

    private static readonly (string Name, string Unit)[] Texts =
    [
        ("clean", "The quick report shows that our team moved from planning into delivery; see section 4, and ask the others (or me). "),
        ("one word", "a"),
        ("one number", "4"),
        ("numbers", "4111 1111 "),
        ("at signs", "a@"),
        ("domains", "a.b@c."),
        ("keys without an end", "-----BEGIN PRIVATE KEY-----\nMIIE"),
        ("folded", "４a\u200B．"),
        ("percent", "%25"),
        ("assignments", "password=password="),
        ("schemes", "https://"),
        ("brackets", "[EMAIL_"),
        ("white space", " \n"),
    ];

    private static IEnumerable<TestCaseData> Hostile => Texts.Select(text => new TestCaseData(text.Unit).SetArgDisplayNames(text.Name));

    [TestCaseSource(nameof(Hostile))]
    public void A_long_text_has_twice_the_findings_of_its_half_and_takes_no_memory_but_theirs(string unit)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(unit);
        var text = new byte[Length / 2 / bytes.Length * bytes.Length * 2];
        for (int at = 0; at < text.Length; at += bytes.Length)
            bytes.CopyTo(text, at);
        Scanners.All.Scan(text.AsSpan(0, text.Length / 2)); // what a thread keeps is made
        var half = new List<Finding>();
        var whole = new List<Finding>();
        Scanners.All.Scan(text.AsSpan(0, text.Length / 2), half);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Scanners.All.Scan(text, whole);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(whole.Count, Is.EqualTo(2 * half.Count).Within(2));
        // A list that grows copies itself: at most three times what it holds. What folds is taken in pieces with buffers of their own.
        Assert.That(allocated, Is.LessThan(160L * whole.Count + (2 << 20)));
    }

    [Test]
    public void As_many_findings_as_are_allowed_are_all_found_and_one_more_is_refused()
    {
        const string Value = "a@b.co ";
        var text = new byte[Value.Length * (Findings + 1)];
        for (int at = 0; at < text.Length; at += Value.Length)
            Encoding.ASCII.GetBytes(Value).CopyTo(text, at);
        var scanner = new Scanner(new ScannerOptions { MaxFindings = Findings });
        var findings = new List<Finding>();

        Assert.That(scanner.Scan(text.AsSpan(0, text.Length - Value.Length), findings), Is.EqualTo(Findings));
        Assert.That(findings.Select((finding, i) => finding.Start - (i * Value.Length)), Is.All.Zero);
        ScanLimitException refused = Assert.Throws<ScanLimitException>(() => scanner.Scan(text, []))!;
        Assert.That(refused.Message, Does.StartWith($"max_findings: the text has more than {Findings} findings"));
        Assert.That(new ScannerOptions().MaxFindings, Is.EqualTo(10_000_000));
    }

    [Test]
    public void A_stream_has_no_limits_and_its_buffers_stop_growing()
    {
        ScanStream stream = new Scanner(new ScannerOptions { MaxFindings = 5, MaxTextBytes = 100 }).OpenStream();
        byte[] piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("all is well, writes bob@example.com \u2014 ４111 1111 1111 1111. ", 100)));
        var findings = new List<StreamFinding>();
        long before = 0;
        int count = 0;
        for (int at = 0; at < Length; at += piece.Length)
        {
            findings.Clear();
            stream.Push(piece, final: false, findings);
            count += findings.Count;
            if (at == piece.Length * 10)
                before = GC.GetAllocatedBytesForCurrentThread();
        }

        Assert.That(count, Is.GreaterThan(Length / piece.Length * 190));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [TestCase("plain bob@example.com")]
    [TestCase("f\u200Bolded ｂob@example.com")]
    public void Text_of_exactly_the_limit_is_scanned(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.That(new Scanner(new ScannerOptions { MaxTextBytes = bytes.Length }).Scan(bytes), Has.Count.EqualTo(1));
        Assert.Throws<ScanLimitException>(() => new Scanner(new ScannerOptions { MaxTextBytes = bytes.Length - 1 }).Scan(bytes, []));
    }

    [Test]
    public void Findings_of_long_folded_text_and_of_the_host_are_counted_too()
    {
        byte[] folded = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ｂob@example.com ", 10_000)));
        Assert.Throws<ScanLimitException>(() => new Scanner(new ScannerOptions { MaxFindings = 9_999 }).Scan(folded, []));
        Assert.That(new Scanner(new ScannerOptions { MaxFindings = 10_000 }).Scan(folded), Has.Count.EqualTo(10_000));
        Finding[] external = [.. Enumerable.Range(0, 3).Select(i => new Finding(PiiKind.Own("PERSON"), i, i + 1, 0.5f, Evidence.None))];
        Assert.Throws<ScanLimitException>(() => new Scanner(new ScannerOptions { MaxFindings = 2 }).Scan("abc"u8, [], external));
        Assert.That(new Scanner(new ScannerOptions { MaxFindings = 3 }).Scan("abc"u8, [], external), Is.EqualTo(3));
    }
}
