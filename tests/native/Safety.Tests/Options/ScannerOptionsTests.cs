namespace IronCage.Safety.Tests.Options;

internal sealed class ScannerOptionsTests
{
    private static readonly string[] All = [.. PiiKinds.All.ToArray().Select(kind => kind.Name)];

    private static string[] Found(ScannerOptions options)
    {
        var scanner = new Scanner(options);
        return [.. PiiKinds.All.ToArray().Where(scanner.Finds).Select(kind => kind.Name), .. scanner.OwnKinds.Select(kind => kind.Name)];
    }

    private static string[] Of(PiiGroup group) => [.. PiiKinds.All.ToArray().Where(kind => kind.Group == group).Select(kind => kind.Name)];

    [Test]
    public void Kinds_are_chosen_by_name_group_exclusion_and_country()
    {
        Assert.That(Found(ScannerOptions.Default), Is.EqualTo(All));
        Assert.That(Found(new ScannerOptions { Kinds = [] }), Is.Empty);
        Assert.That(Found(new ScannerOptions { Kinds = ["secret"] }), Is.EqualTo(Of(PiiGroup.Secret)));
        Assert.That(Found(new ScannerOptions { Kinds = ["-secret"] }), Is.EqualTo(All.Except(Of(PiiGroup.Secret))));
        Assert.That(Found(new ScannerOptions { Kinds = ["-EMAIL_ADDRESS"] }), Is.EqualTo(All.Except(["EMAIL_ADDRESS"])));
        Assert.That(Found(new ScannerOptions { Kinds = ["personal", "-EMAIL_ADDRESS", "XAI_API_KEY"] }), Is.EqualTo(Of(PiiGroup.Personal).Except(["EMAIL_ADDRESS"]).Append("XAI_API_KEY")));
        Assert.That(Found(new ScannerOptions { Kinds = ["EMAIL_ADDRESS"], Regions = ["US"] }), Does.Contain("US_SSN").And.Not.Contain("IBAN_CODE"));
        Assert.That(Found(new ScannerOptions { Kinds = ["EMAIL_ADDRESS", "-US_SSN"], Regions = ["US"] }), Does.Not.Contain("US_SSN"));
    }

    [Test]
    public void Own_kinds_are_looked_for_unless_excluded()
    {
        OwnPattern[] patterns = [new("MY_ID", "x[0-9]+"), new("OTHER_ID", "y[0-9]+")];
        Assert.That(Found(new ScannerOptions { Kinds = [], Patterns = patterns }), Is.EqualTo(new[] { "MY_ID", "OTHER_ID" }));
        Assert.That(Found(new ScannerOptions { Kinds = ["MY_ID", "-OTHER_ID"], Patterns = patterns }), Is.EqualTo(new[] { "MY_ID" }));
    }

    [Test]
    public void Both_find_what_either_finds_and_allow_what_both_allow()
    {
        var one = new ScannerOptions { Kinds = ["EMAIL_ADDRESS"], MinScore = 0.5, Patterns = [new OwnPattern("MY_ID", "x[0-9]+")], Allow = new AllowList(["a", "b"], ["example.com", "x.org"], ["c+"]) };
        var other = new ScannerOptions { Kinds = ["IBAN_CODE"], MinScore = 0.7, Allow = new AllowList(["B"], ["sub.example.com"], ["c+", "d"]) };
        ScannerOptions both = one.With(other);
        Assert.That(Found(both), Is.EqualTo(new[] { "EMAIL_ADDRESS", "IBAN_CODE", "MY_ID" }));
        Assert.That((both.MinScore, string.Join(',', both.Allow!.Values), string.Join(',', both.Allow.Domains), string.Join(',', both.Allow.Patterns)), Is.EqualTo((0.5, "b", "sub.example.com", "c+")));
        Assert.That(one.With(one), Is.SameAs(one));
        Assert.That(one.With(ScannerOptions.Default).Allow, Is.Null);
    }

    [Test]
    public void What_is_wrong_is_named_with_what_is_accepted()
    {
        Check(() => _ = new Scanner(new ScannerOptions { Kinds = ["EMAIL"] }), "kinds", "accepted are all, personal, national, secret");
        Check(() => _ = new Scanner(new ScannerOptions { Kinds = [""] }), "kinds", "accepted");
        Check(() => _ = new Scanner(new ScannerOptions { Regions = ["ZZ"] }), "regions", "accepted are");
        Check(() => _ = new Scanner(new ScannerOptions { MinScore = 1.1 }), "min_score", "0 to 1");
        Check(() => _ = new Scanner(new ScannerOptions { MinScore = double.NaN }), "min_score", "0 to 1");
        Check(() => _ = new Scanner(new ScannerOptions { MaxTextBytes = 0 }), "max_text_bytes", "from 1 to 2000000000");
        Check(() => _ = new Scanner(new ScannerOptions { MaxTextBytes = ScannerOptions.MostTextBytes + 1 }), "max_text_bytes", "from 1 to 2000000000");
        Check(() => _ = new Scanner(new ScannerOptions { MaxFindings = 0 }), "max_findings", "from 1 to 100000000");
        Check(() => _ = new Scanner(new ScannerOptions { MaxFindings = ScannerOptions.MostFindings + 1 }), "max_findings", "from 1 to 100000000");
        Check(() => _ = new Scanner(new ScannerOptions { Patterns = [.. Enumerable.Repeat(new OwnPattern("XX", "x"), 201)] }), "patterns", "at most 200");
        Check(() => _ = new Scanner(new ScannerOptions { Patterns = [.. Enumerable.Repeat(new OwnPattern("XX", "x", context: ["y"]), 65)] }), "patterns", "64");
        Check(() => _ = new OwnPattern("lower", "x"), "name", "A-Z");
        Check(() => _ = new OwnPattern("X", "x"), "name", "2 to 63");
        Check(() => _ = new OwnPattern(new string('X', 64), "x"), "name", "2 to 63");
        Check(() => _ = new OwnPattern("XX", "x", 0), "score", "above 0");
        Check(() => _ = new OwnPattern("XX", "x", 1.01), "score", "at most 1");
        Check(() => _ = new OwnPattern("XX", "(", 0.5), "regex", "not closed");
        Check(() => _ = new OwnPattern("XX", "x", 0.5, ["!!"]), "context", "letters");
        Check(() => _ = new TermDictionary("XX", []), "terms", "1 to 1000000");
        Check(() => _ = new TermDictionary("XX", ["ok", "--"]), "terms[1]", "no letter");
        Check(() => _ = new TermDictionary("XX", [new string('x', 201)]), "terms[0]", "200 bytes");
        Check(() => _ = new TermDictionary("XX", ["....................x"]), "terms[0]", "before its first letter");
        Check(() => _ = new AllowList([""]), "values[0]", "1 to 4096");
        Check(() => _ = new AllowList(domains: ["https://x.org"]), "domains[0]", "host name");
        Check(() => _ = new AllowList(patterns: ["a", "(?=b)"]), "patterns[1]", "lookahead");
        Check(() => PiiKind.Own("EMAIL_ADDRESS"), "name", "there is");
    }

    private static void Check(Action make, string option, string problem)
    {
        ScannerOptionException wrong = Assert.Throws<ScannerOptionException>(make)!;
        Assert.That(wrong.Option, Is.EqualTo(option));
        Assert.That(wrong.Problem, Does.Contain(problem));
    }
}
