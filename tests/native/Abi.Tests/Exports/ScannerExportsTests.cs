using System.Text.Json;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;
using IronCage.Safety;

namespace IronCage.Abi.Tests.Exports;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ScannerExportsTests : IDisposable
{
    private readonly ulong _engine;

    public ScannerExportsTests() => Host.Engine(out _engine);

    public void Dispose() => Host.Free(_engine);

    private ulong Scanner(string options = "")
    {
        Assert.That(Host.Scanner(out var scanner, _engine, options), Is.EqualTo(Status.Ok), Host.Error);
        return scanner;
    }

    private static string Parts(string json, params string[] names)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join('|', document.RootElement.GetProperty("findings").EnumerateArray().Select(f => string.Join(' ', names.Select(name => f.GetProperty(name).ToString()))));
    }

    [Test]
    public void A_scanner_finds_what_its_options_say_in_characters_and_bytes()
    {
        var scanner = Scanner("""{"kinds":["EMAIL_ADDRESS"],"patterns":[{"name":"MY_ID","regex":"\\bID-[0-9]{4}\\b","score":0.7,"context":["grüße"]}],"deny":[{"name":"DENIED","terms":["Falcon"]}]}""");
        Assert.That(Host.Scan(out var json, scanner, "Grüße ID-1234, falcon, 4111 1111 1111 1111, bob@example.com"), Is.EqualTo(Status.Ok));
        Assert.That(Parts(json, "kind", "start", "end", "byte_start", "byte_end", "score"), Is.EqualTo("MY_ID 6 13 8 15 0.7|DENIED 15 21 17 23 1|EMAIL_ADDRESS 44 59 46 61 0.95"));
        Assert.That(json, Does.Contain("""["context","custom"]""").And.Contain("""["custom"]"""));
    }

    [Test]
    public void Findings_of_the_host_are_taken_in_characters_or_bytes()
    {
        var scanner = Scanner();
        Assert.That(Host.Scan(out var json, scanner, "Ünal says ü", """{"findings":[{"kind":"PERSON","start":0,"end":4,"score":0.6},{"kind":"X1","start":10,"end":11}]}"""), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(Parts(json, "kind", "start", "end", "byte_start", "byte_end"), Is.EqualTo("PERSON 0 4 0 5|X1 10 11 11 13"));
        Assert.That(Host.Scan(out json, scanner, "Ünal", """{"unit":"bytes","findings":[{"kind":"PERSON","start":0,"end":5}]}"""), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(Parts(json, "kind", "start", "end"), Is.EqualTo("PERSON 0 4"));
    }

    [TestCase("""{"findings":[{"kind":"PERSON","start":0,"end":9}]}""", "external[0]")]
    [TestCase("""{"findings":[{"kind":"PERSON","start":2,"end":1}]}""", "external[0]")]
    [TestCase("""{"findings":[{"kind":"person","start":0,"end":1}]}""", "external[0]")]
    [TestCase("""{"findings":[{"kind":"PERSON","start":0,"end":1,"score":0}]}""", "external[0]")]
    [TestCase("""{"findings":3}""", "external")]
    [TestCase("""{"unit":"words"}""", "unit")]
    [TestCase("[]", "options")]
    public void A_malformed_finding_of_the_host_is_named(string external, string option)
    {
        Assert.That(Host.Scan(out _, Scanner(), "text", external), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Does.StartWith(option));
    }

    [TestCase("""{"kind":[]}""", "kind: is not an option of a scanner")]
    [TestCase("""{"kinds":["EMAIL"]}""", "kinds: 'EMAIL' is not accepted")]
    [TestCase("""{"regions":["ZZ"]}""", "regions: 'ZZ' is not accepted; accepted are")]
    [TestCase("""{"min_score":2}""", "min_score: must be a number from 0 to 1")]
    [TestCase("""{"patterns":[{"name":"MY_ID","regex":"(?=x)"}]}""", "patterns[0][regex]: lookahead")]
    [TestCase("""{"patterns":[{"name":"MY_ID"}]}""", "patterns[0]: needs name and regex")]
    [TestCase("""{"patterns":[{"name":"MY_ID","regex":"x","flags":1}]}""", "patterns[0][flags]: is not accepted")]
    [TestCase("""{"dictionaries":[{"name":"MY_ID","terms":["x","!!"]}]}""", "dictionaries[0][terms[1]]: has no letter")]
    [TestCase("""{"deny":[{"name":"MY_ID","terms":["x"],"score":1}]}""", "deny[0][score]: is not accepted")]
    [TestCase("""{"allow":{"domains":["a b"]}}""", "allow[domains[0]]: must be a host name")]
    public void A_wrong_option_is_named_with_what_is_accepted(string options, string message)
    {
        Assert.That(Host.Scanner(out _, _engine, options), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Does.StartWith(message));
    }

    [Test]
    public void A_json_document_is_scanned_with_pointers_and_places_in_the_body()
    {
        const string Body = """{"ü/~":[1,{"to":"a\n bob\u0040example.com"}],"x@y.org":null,"card":4111111111111111,"n":["5","ann@example.com"]}""";
        Assert.That(Host.ScanJson(out var json, Scanner("""{"kinds":["EMAIL_ADDRESS","CREDIT_CARD"]}"""), Body), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(Parts(json, "kind", "pointer", "part", "start", "end"), Is.EqualTo(
            "EMAIL_ADDRESS /ü~1~0/1/to value 3 18|EMAIL_ADDRESS /x@y.org name 0 7|CREDIT_CARD /card value 0 16|EMAIL_ADDRESS /n/1 value 0 15"));
        var places = Parts(json, "body_start", "body_end").Split('|').Select(p => p.Split(' ').Select(int.Parse).ToArray()).Select(p => Body[p[0]..p[1]]);
        Assert.That(places, Is.EqualTo(new[] { @"bob\u0040example.com", "x@y.org", "4111111111111111", "ann@example.com" }));
    }

    [Test]
    public void The_name_of_a_member_is_context_for_its_value()
    {
        Assert.That(Host.ScanJson(out var json, Scanner(), """{"ssn":"219099999","other":"219099999"}"""), Is.EqualTo(Status.Ok));
        Assert.That(Parts(json, "kind", "pointer"), Does.Contain("US_SSN /ssn").And.Not.Contain("US_SSN /other"));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{} x")]
    [TestCase("{'a':1}")]
    public void What_is_no_json_document_is_refused(string body)
    {
        Assert.That(Host.ScanJson(out _, Scanner(), body), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Does.StartWith("body: must be one JSON document"));
    }

    [Test]
    public void A_stream_finds_what_the_whole_text_holds_and_ends_once()
    {
        var scanner = Scanner("""{"kinds":["EMAIL_ADDRESS"]}""");
        Host.Stream(out var stream, scanner);
        Host.Push(out var first, stream, "ü bob@exam", final: false);
        Assert.That(Parts(first, "kind"), Is.Empty);
        Assert.That(Host.Push(out var second, stream, "ple.com.", final: true), Is.EqualTo(Status.Ok));
        Assert.That(Parts(second, "kind", "start", "end", "byte_start", "byte_end"), Is.EqualTo("EMAIL_ADDRESS 2 17 3 18"));
        Assert.That(second, Does.Contain("\"decided\":18,\"decided_bytes\":19"));
        Assert.That(Host.Push(out _, stream, "x", final: true), Is.EqualTo(Status.Sequence));
    }

    [Test]
    public void Findings_come_as_structs_with_kinds_by_number()
    {
        var scanner = Scanner("""{"kinds":["EMAIL_ADDRESS"],"patterns":[{"name":"MY_ID","regex":"\\bID-[0-9]{4}\\b","score":0.7}],"deny":[{"name":"DENIED","terms":["Falcon"]}]}""");
        Assert.That(Host.Kinds(out var json, scanner), Is.EqualTo(Status.Ok));
        using var document = JsonDocument.Parse(json);
        var kinds = document.RootElement.GetProperty("kinds").EnumerateArray().ToArray();
        Assert.That(Host.Find(out var found, scanner, "Grüße ID-1234, falcon, 4111 1111 1111 1111, bob@example.com"), Is.EqualTo(Status.Ok));
        Assert.That(found.Select(f => $"{kinds[f.Kind].GetProperty("name")} {f.Start} {f.End} {f.ByteStart} {f.ByteEnd} {f.Score} {(Evidence)f.Evidence}"), Is.EqualTo(new[]
        {
            "MY_ID 6 13 8 15 0.7 Custom", "DENIED 15 21 17 23 1 Custom", "EMAIL_ADDRESS 44 59 46 61 0.95 Pattern",
        }));
        Assert.That(kinds[found[0].Kind].GetProperty("redacted").GetString(), Is.EqualTo("[MY_ID_REDACTED]"));
        Assert.That(kinds.Where(k => k.GetProperty("wanted").GetBoolean()).Select(k => $"{k.GetProperty("group")} {k.GetProperty("name")}"), Is.EqualTo(new[]
        {
            "personal EMAIL_ADDRESS", "own MY_ID", "own DENIED",
        }));
        Assert.That(Host.Find(out found, scanner, "nothing"), Is.EqualTo(Status.Ok));
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void The_kinds_of_a_scanner_are_numbered_as_its_findings_are()
    {
        var names = string.Join(',', Enumerable.Range(10, 40).Select(n => $$"""{"name":"KIND_{{n}}","regex":"<{{n}}>"}"""));
        var scanner = Scanner($$"""{"kinds":[],"patterns":[{{names}}]}""");
        Host.Kinds(out var json, scanner);
        using var document = JsonDocument.Parse(json);
        var kinds = document.RootElement.GetProperty("kinds").EnumerateArray().Select(k => k.GetProperty("name").GetString()).ToArray();
        Host.Find(out var found, scanner, string.Concat(Enumerable.Range(10, 40).Reverse().Select(n => $"<{n}> ")));
        Assert.That(found.Select(f => kinds[f.Kind]), Is.EqualTo(Enumerable.Range(10, 40).Reverse().Select(n => $"KIND_{n}")));
    }

    [TestCase("""{"a":"x bob@example.com y","n":[1, 2.50]}""", """{"a":"x [EMAIL_REDACTED] y","n":[1, 2.50]}""")]
    [TestCase("""[ "bob\u0040example.com\n", "ok" ]""", """[ "[EMAIL_REDACTED]\n", "ok" ]""")]
    [TestCase("""{"bob@example.com":{"bob@example.com":1}}""", """{"[EMAIL_REDACTED]":{"[EMAIL_REDACTED]":1}}""")]
    [TestCase("""{"card":4111111111111111,"next":5}""", """{"card":"[CREDIT_CARD_REDACTED]","next":5}""")]
    [TestCase("""[-4111111111111111]""", """["-[CREDIT_CARD_REDACTED]"]""")]
    [TestCase("4111111111111111", "\"[CREDIT_CARD_REDACTED]\"")]
    [TestCase(""" "ü" """, """ "ü" """)]
    public void A_json_document_is_redacted_in_place_and_stays_one(string body, string expected)
    {
        var scanner = Scanner("""{"kinds":["EMAIL_ADDRESS","CREDIT_CARD"]}""");
        Assert.That(Host.RedactJson(out var redacted, scanner, body), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(redacted, Is.EqualTo(expected));
        Assert.That(Host.RedactJson(out var again, scanner, redacted), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(again, Is.EqualTo(redacted));
    }

    [Test]
    public void A_long_pointer_is_cut_so_that_findings_below_it_stay_small()
    {
        var body = $$"""{"{{new string('n', 100_000)}}":[{{string.Join(',', Enumerable.Repeat("\"a@example.com\"", 1000))}}]}""";
        Assert.That(Host.ScanJson(out var json, Scanner("""{"kinds":["EMAIL_ADDRESS"]}"""), body), Is.EqualTo(Status.Ok));
        Assert.That(Parts(json, "pointer").Split('|'), Has.Length.EqualTo(1000).And.All.EqualTo("…"));
    }

    [TestCase("""{"max_text_bytes":0}""", "max_text_bytes: must be an integer from 1 to 2000000000")]
    [TestCase("""{"max_findings":100000001}""", "max_findings: must be an integer from 1 to 100000000")]
    public void A_limit_out_of_range_is_named(string options, string message)
    {
        Assert.That(Host.Scanner(out _, _engine, options), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Is.EqualTo(message));
    }

    [Test]
    public void What_is_beyond_a_limit_is_refused_and_named_by_all_that_scan()
    {
        var scanner = Scanner("""{"max_text_bytes":40,"max_findings":2}""");
        const string Three = "a@b.com b@b.com c@b.com", Two = "a@b.com b@b.com";
        Assert.That(Host.Scan(out _, scanner, Two), Is.EqualTo(Status.Ok));
        foreach (var (text, option) in new[] { (Three, "max_findings: the text has more than 2 findings"), (Two + new string('.', 40), "max_text_bytes: the text has 55 bytes, at most 40") })
        {
            Refused(Host.Scan(out _, scanner, text), option);
            Refused(Host.Find(out _, scanner, text), option);
            Refused(Host.Scan(out _, scanner, text, """{"findings":[{"kind":"PERSON","start":0,"end":1,"score":0.1}]}"""), option);
        }
        const string Several = """["a@b.com","b@b.com","c@b.com"]""";
        Refused(Host.ScanJson(out _, scanner, Several), "max_findings");
        Refused(Host.RedactJson(out _, scanner, Several), "max_findings");
        Refused(Host.ScanJson(out _, scanner, $"[{new string(' ', 50)}]"), "max_text_bytes");

        static void Refused(int status, string option)
        {
            Assert.That(status, Is.EqualTo(Status.Config));
            Assert.That(Host.Error, Does.StartWith(option));
        }
    }

    [Test]
    public void A_stream_may_be_longer_than_a_text_but_a_piece_may_not()
    {
        Host.Stream(out var stream, Scanner("""{"max_text_bytes":40,"max_findings":2}"""));
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            Assert.That(Host.Push(out var json, stream, "a@b.com b@b.com ............ ", final: false), Is.EqualTo(Status.Ok), Host.Error);
            found += Parts(json, "kind").Split('|', StringSplitOptions.RemoveEmptyEntries).Length;
        }
        Assert.That(found, Is.EqualTo(40));
        Assert.That(Host.Push(out _, stream, new string('x', 41), final: false), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Does.StartWith("max_text_bytes"));
        Assert.That(Host.Push(out _, stream, "x", final: false), Is.EqualTo(Status.Ok), "a piece that was refused has changed nothing");
        Assert.That(Host.Push(out _, stream, " a@b.com b@b.com c@b.com . ", final: false), Is.EqualTo(Status.Config));
        Assert.That(Host.Error, Does.StartWith("max_findings"));
        Assert.That(Host.Push(out _, stream, "x", final: true), Is.EqualTo(Status.Sequence));
    }
}
