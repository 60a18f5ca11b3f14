using System.Text;

namespace IronCage.Safety.Tests;

internal sealed class ScannerTests
{
    private const string Prose = """
        The committee met on the 3rd of May at 14:30 and agreed, after a well-mannered debate, that the budget of $12,500.00 should stand until Q3.
        | item | qty | price |
        |------|-----|-------|
        | nut  | 100 | 0.05  |
        def area(self): return self.width * self.height  # see README.md:42, v1.2.3
        {"id": "550e8400-e29b-41d4-a716-446655440000", "ts": 1700000000, "ok": true, "path": "/usr/local/share/doc", "sha": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}
        12:30:45.123 INFO  [main] std::vector<int> took 12.5 ms; naïve café, 中文 🙂 @decorator foo@bar image@2x.png user@1.2.3
        """;

    [Test]
    public void Ordinary_text_holds_dates_only() => Assert.That(Marked.Kinds(Prose).Where(found => !found.StartsWith("DATE_TIME", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Scan_of_clean_text_allocates_nothing()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Prose.Replace("3 May 2024 at 14:30", "the third of May", StringComparison.Ordinal)
            .Replace("2024-05-01T12:30:45.123Z", "now", StringComparison.Ordinal), 3)));
        var findings = new List<Finding>();
        Scanners.All.Scan(text, findings);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Scanners.All.Scan(text, findings);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Scan_appends_and_counts_only_its_own()
    {
        var findings = new List<Finding>();
        Assert.That(Scanners.All.Scan("a@b.com 8.8.8.8"u8, findings), Is.EqualTo(2));
        Assert.That(Scanners.All.Scan("x a@b.com"u8, findings), Is.EqualTo(1));
        Assert.That(findings.Select(f => f.Start), Is.EqualTo(new[] { 0, 8, 2 }));
    }

    [Test]
    public void Batches_are_the_findings_of_the_text_though_another_is_scanned_between_them()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"user{i}@example.com wrote. ")));
        var batched = new List<Finding>();
        FindingBatches batches = Scanners.All.Batches(text);
        while (batches.Next(out ReadOnlySpan<Finding> batch))
        {
            Scanners.All.Scan("x a@b.com"u8, []);
            batched.AddRange(batch);
        }

        Assert.That(batched, Has.Count.EqualTo(300));
        Assert.That(batched, Is.EqualTo(Scanners.All.Scan(text)));
    }

    [Test]
    public void Scanner_finds_only_the_kinds_it_was_given()
    {
        string text = "bob@example.com 4111111111111111 123-45-6789 +12125551234 DE89370400440532013000 8.8.8.8 " + Fakes.AwsAccess;
        string[] held = ["EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "PHONE_NUMBER", "IBAN_CODE", "IP_ADDRESS", "AWS_ACCESS_KEY"];
        foreach (PiiKind kind in PiiKinds.All)
        {
            var findings = Scanners.For(kind.Name).Scan(Encoding.UTF8.GetBytes(text));
            Assert.That(findings.Select(f => f.Kind.Name), Is.All.EqualTo(kind.Name));
            if (held.Contains(kind.Name))
                Assert.That(findings, Has.Count.EqualTo(1), kind.Name);
        }

        Assert.That(new Scanner([]).Scan(Encoding.UTF8.GetBytes(text)), Is.Empty);
    }

    [TestCase("DE89 3704 0044 0532 0130 00", "IBAN_CODE DE89 3704 0044 0532 0130 00")]
    [TestCase("::ffff:8.8.8.8", "IP_ADDRESS ::ffff:8.8.8.8")]
    [TestCase("123-45-6789@example.com", "EMAIL_ADDRESS 123-45-6789@example.com")]
    [TestCase("a@b.com@c.com", "EMAIL_ADDRESS b.com@c.com")]
    [TestCase("+44 20 7946 0958 4111 1111 1111 1111", "PHONE_NUMBER +44 20 7946 0958", "CREDIT_CARD 4111 1111 1111 1111")]
    public void Overlap_leaves_the_better_candidate(string text, params string[] expected) => Assert.That(Marked.Kinds(text), Is.EqualTo(expected));

    [Test]
    public void Scanner_serves_many_threads_at_once()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Corpus.Texts));
        List<Finding> expected = Scanners.All.Scan(text);
        Parallel.For(0, 40, _ => Assert.That(Scanners.All.Scan(text), Is.EqualTo(expected)));
    }
}
