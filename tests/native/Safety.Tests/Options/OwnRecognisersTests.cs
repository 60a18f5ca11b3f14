using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests.Options;

/// <summary>Patterns, dictionaries, lists of the user's own, in whole texts and in streams.</summary>
internal sealed class OwnRecognisersTests
{
    private static readonly Scanner Mixed = Make(allows: true);

    /// <summary>What is allowed keeps lesser findings in it from being told. Beside something redacted it may not be recognised any more, and then they are: without an allow list, redacting twice changes nothing.</summary>
    private static readonly Scanner Plain = Make(allows: false);

    private static Scanner Make(bool allows) => new(new ScannerOptions
    {
        Patterns =
        [
            new OwnPattern("EMPLOYEE_ID", @"\bEMP-\d{6}\b"),
            new OwnPattern("TICKET", "[A-Z]{2,5}-[0-9]+", 0.5),
            new OwnPattern("ROOM", @"\b[0-9]{3}[a-z]?\b", 0.6, ["room", "raum"]),
            new OwnPattern("TAIL", "bob.*$", 0.55),
            new OwnPattern("WORDS", @"\w+ \w+é", 0.45),
            new OwnPattern("EMAIL_ADDRESS", @"\b\w+ AT host", 0.9),
        ],
        Dictionaries =
        [
            new TermDictionary("PROJECT", ["Blue Falcon", "Blue", "Größe Müller", "C++", ".NET", "中文", "example"], 0.75),
            new TermDictionary("CODE_NAME", ["Zebra"], 0.8, ignoreCase: false),
        ],
        Deny = [new TermDictionary("DENIED", ["sk-", "Hello world", "#tag", "a@b.co.uk"])],
        Allow = allows ? new AllowList(["4111-1111-1111-1111", "Blue"], ["example.com"], [@"EMP-0{6}"]) : null,
        MinScore = allows ? 0.42 : 0,
    });

    private static readonly string[] Own =
    [
        "EMP-123456", "EMP-12345", "EMP-000000", "AB-12", "room 101", "101b", "bob", "bob x", "Blue Falcon", "blue  falcon", "BLUE\nFALCON", "Bluer", "größe müller", "C++", ".NET", "net",
        "Zebra", "zebra", "中文字", "sk-", "#tag", "# tag", "x AT host", "aa bbé", "_", "\\n", "[EMP", "[AB-12_REDACTED]", "[PROJECT_REDACTED]", "[TICKET_REDACTED]", "Raum", "\n",
    ];

    private static readonly string[] Pieces = [.. Corpus.Pieces, .. Own, .. Own];

    private static readonly Gen<byte[]> Mixtures =
        Gen.Int[0, Pieces.Length - 1].Array[0, 14].Select(picks => Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => Pieces[i]))));

    [TestCase("id EMP-123456, XEMP-123456", "EMPLOYEE_ID EMP-123456|TICKET XEMP-123456")]
    [TestCase("AB-12 and ABCDEF-7", "TICKET AB-12|TICKET BCDEF-7")]
    [TestCase("room 101 or 102, Raum 103b", "ROOM 101|ROOM 102|ROOM 103b")]
    [TestCase("chair 101", "")]
    [TestCase("the blue  FALCON flies", "PROJECT blue  FALCON")]
    [TestCase("Bluer, a_Blue, blue", "")]
    [TestCase("größe Müller", "PROJECT größe Müller")]
    [TestCase("I know C++ and .NET, not NET", "PROJECT C++|PROJECT .NET")]
    [TestCase("这是中文字", "PROJECT 中文")]
    [TestCase("Zebra zebra", "CODE_NAME Zebra")]
    [TestCase("x #tag", "DENIED #tag")]
    [TestCase("bob@example.com, bob@sub.example.com, ann@example.org", "EMAIL_ADDRESS ann@example.org")]
    [TestCase("4111 1111 1111 1111 and 5555555555554444", "CREDIT_CARD 5555555555554444")]
    [TestCase("EMP-000000 EMP-000001", "EMPLOYEE_ID EMP-000001")]
    [TestCase("ann AT host", "EMAIL_ADDRESS ann AT host")]
    [TestCase("hello World", "DENIED hello World")]
    [TestCase("\\nZebra", "CODE_NAME Zebra")]
    [TestCase("“Zebra”—Zebra（Zebra中Zebra", "CODE_NAME Zebra|CODE_NAME Zebra|CODE_NAME Zebra|CODE_NAME Zebra")]
    [TestCase("éZebra", "")]
    public void Own_kinds_are_found(string text, string expected) => Assert.That(Found(Mixed, text), Is.EqualTo(expected));

    [TestCase("Jean\u2011Luc", "Jean-Luc")]
    [TestCase("Jean-Luc", "Jean\u2011Luc")]
    [TestCase("\uFF21\uFF23\uFF2D\uFF25\u3000\uFF12", "ACME\u30002")]
    [TestCase("ACME 2", "\uFF21\uFF23\uFF2D\uFF25 \uFF12")]
    [TestCase("\uFF21\uFF23\uFF2D\uFF25 \uFF12", "acme 2")]
    [TestCase("Blue\u00A0Falcon", "blue falcon")]
    [TestCase("Fal\u00ADcon", "Falcon")]
    [TestCase("\u0421afe", "Cafe")]
    [TestCase("AT&amp;T", "AT&T")]
    [TestCase("100%", "100%")]
    [TestCase("100%25", "100%")]
    [TestCase("東京\uFF12\uFF0D\uFF11", "東京2-1")]
    public void Terms_and_allowed_values_are_folded_as_the_text_is(string term, string written)
    {
        var scanner = new Scanner(new ScannerOptions { Kinds = [], Dictionaries = [new TermDictionary("TERM", [term])] });
        Assert.That(Found(scanner, $"({term}) and {written}, "), Is.EqualTo($"TERM {term}|TERM {written}"));
        var allowing = new Scanner(new ScannerOptions { Kinds = [], Dictionaries = [new TermDictionary("TERM", [term])], Allow = new AllowList([written]) });
        Assert.That(Found(allowing, $"({term}) and {written}, "), Is.Empty);
    }

    [Test]
    public void Evidence_says_that_it_is_the_users_own()
    {
        Assert.That(Mixed.Scan("EMP-123456"u8)[0].Evidence, Is.EqualTo(Evidence.Custom));
        Assert.That(Mixed.Scan("room 101"u8)[0].Evidence, Is.EqualTo(Evidence.Custom | Evidence.Context));
        Finding finding = Mixed.Scan("Zebra"u8)[0];
        Assert.That((finding.Kind.Group, finding.Kind.RedactedForm, finding.Score), Is.EqualTo((PiiGroup.Own, "[CODE_NAME_REDACTED]", 0.8f)));
        Assert.That(Mixed.Kinds[finding.Kind.Index], Is.SameAs(finding.Kind));
    }

    /// <summary>A term waits for the rest of a letter that an address may hold, which begins before the term.</summary>
    [TestCase("x C++-Ÿa@b.co.uk")]
    [TestCase("x .NET-Ÿa.example.com/y")]
    public void Any_cut_finds_what_the_whole_text_holds(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        for (int cut = 0; cut <= utf8.Length; cut++)
            CheckCuts(utf8, [cut]);
    }

    [Test]
    public void Random_cuts_find_what_the_whole_text_holds() => Gen.Select(Mixtures, Gen.Int[0, 2000].Array[0, 6]).Try(
        (text, cuts) => CheckCuts(text, cuts.Select(c => text.Length == 0 ? 0 : c % (text.Length + 1)).Order()), 3000);

    [Test]
    public void One_byte_at_a_time_finds_what_the_whole_text_holds() =>
        Mixtures.Try(text => CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1))), 700);

    /// <summary>A term displaces the token around it, and what lies in the rest of that is found at once.</summary>
    [TestCase("v^1.1#i^1#tps://bob:Velv" + "2ab@host/?q=#tag")]
    [TestCase("v^1.1#i^1#mple.com#tag::ffff:192.0.2.1~")]
    public void Redacted_text_holds_nothing_more(string text) => RedactionTests.CheckRedaction(Encoding.UTF8.GetBytes(text), Plain);

    [Test]
    public void Redacted_text_holds_nothing_more() => Mixtures.Try(text => RedactionTests.CheckRedaction(text, Plain), 8_000);

    [TestCase("a")]
    [TestCase("Blue ")]
    [TestCase("EMP-")]
    [TestCase("AB-12 ")]
    [TestCase("bob ")]
    [TestCase("中")]
    [TestCase("[A")]
    [TestCase("Blue    ")]
    public void Megabyte_of_one_unit_is_scanned_and_streamed(string unit)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)));
        List<Finding> whole = Mixed.Scan(text);
        ScanStream stream = Mixed.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < text.Length; at += 1000)
        {
            long decided = stream.Push(text.AsSpan(at, Math.Min(1000, text.Length - at)), final: at + 1000 >= text.Length, findings);
            Assert.That(Math.Min(at + 1000, text.Length) - decided, Is.LessThanOrEqualTo(512));
        }

        Assert.That(findings.Whole().Count(), Is.EqualTo(whole.Count));
    }

    [Test]
    public void A_million_terms_are_found_and_others_are_not()
    {
        string[] terms = [.. Enumerable.Range(0, TermDictionary.MostTerms).Select(i => $"Customer {i:x5} Ltd")];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var dictionary = new TermDictionary("CUSTOMER", terms);
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(taken, Is.LessThan(80_000_000));
        var scanner = new Scanner(new ScannerOptions { Kinds = [], Dictionaries = [dictionary] });
        for (int i = 0; i < terms.Length; i += 997)
            Assert.That(Found(scanner, $"for {terms[i].ToUpperInvariant()}, and {terms[i]}x."), Is.EqualTo($"CUSTOMER {terms[i].ToUpperInvariant()}"));
        Assert.That(Found(scanner, "Customer fffff Ltd, Customer"), Is.Empty);
    }

    [Test]
    public void External_findings_take_part_in_overlaps()
    {
        PiiKind person = PiiKind.Own("PERSON");
        byte[] text = "Write to bob@example.org, Bob Smith, 4111 1111 1111 1111."u8.ToArray();
        var findings = new List<Finding>();
        var scanner = new Scanner(new ScannerOptions { Allow = new AllowList(["Bob Smith"]) });
        scanner.Scan(text, findings, [new Finding(person, 9, 24, 0.5f, Evidence.None), new Finding(person, 26, 35, 0.8f, Evidence.None), new Finding(person, 37, 40, 0.99f, Evidence.None)]);
        Assert.That(findings.Select(f => $"{f.Kind} {f.Start} {f.Evidence}"), Is.EqualTo(new[] { "EMAIL_ADDRESS 9 Pattern", "PERSON 37 External" }).Or.EqualTo(new[] { "EMAIL_ADDRESS 9 Checksum", "PERSON 37 External" })
            .Or.EqualTo(new[] { "EMAIL_ADDRESS 9 Pattern, Checksum", "PERSON 37 External" }));
        foreach (Finding wrong in (Finding[])[new(person, 5, 5, 1, default), new(person, -1, 5, 1, default), new(person, 5, 500, 1, default), new(person, 1, 2, 0, default), new(person, 1, 2, float.NaN, default)])
            Assert.Throws<ScannerOptionException>(() => scanner.Scan(text, findings, [wrong]));
    }

    private static string Found(Scanner scanner, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return string.Join('|', scanner.Scan(utf8).Select(f => $"{f.Kind} {Encoding.UTF8.GetString(utf8, f.Start, f.End - f.Start)}"));
    }

    private static void CheckCuts(byte[] text, IEnumerable<int> cuts)
    {
        ScanStream stream = Mixed.OpenStream();
        var findings = new List<StreamFinding>();
        int at = 0;
        foreach (int cut in cuts.Append(text.Length))
        {
            bool final = cut == text.Length;
            long decided = stream.Push(text.AsSpan(at, cut - at), final, findings);
            at = cut;
            Assert.That(at - decided, Is.InRange(0, 512));
            if (final)
                break;
        }

        Assert.That(findings.Whole().Select(f => $"{f.Kind} {f.Start} {f.End} {f.Evidence}"), Is.EqualTo(Mixed.Scan(text).Select(f => $"{f.Kind} {f.Start} {f.End} {f.Evidence}")), () => Encoding.UTF8.GetString(text));
    }
}
