using System.Text;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Tests.OpenAi;

public sealed class ChatRequestReaderTests
{
    private static ChatRequest Read(string json)
    {
        Assert.That(ChatRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string[] Texts(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        byte[] scratch = [];
        var texts = new List<string>();
        foreach (var text in Read(json).Texts)
            texts.Add(Encoding.UTF8.GetString(text.Read(body, ref scratch)));
        return [.. texts];
    }

    [Test]
    public void Model_limits_and_switches_are_read()
    {
        var request = Read("""{"model":"gpt-4o","n":3,"stream":true,"max_tokens":100,"max_completion_tokens":50,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"},{"role":"user","content":"ho"}]}""");
        Assert.Multiple(() =>
        {
            Assert.That(request.Model, Is.EqualTo("gpt-4o"));
            Assert.That(request.Choices, Is.EqualTo(3));
            Assert.That(request.Stream, Is.True);
            Assert.That(request.AsksForUsage, Is.True);
            Assert.That(request.OutputLimit, Is.EqualTo(100), "which of two limits counts is the server's choice");
            Assert.That(request.Messages, Is.EqualTo(2));
        });
    }

    [Test]
    public void Texts_are_found_wherever_a_request_carries_them()
    {
        const string Json = """
            {"model":"gpt-4o","user":"u@x.org","metadata":{"k":"meta"},
             "messages":[{"role":"system","content":"sys"},
               {"role":"user","name":"bob","content":[{"type":"text","text":"part"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAA","detail":"low"}}]},
               {"role":"assistant","content":null,"refusal":"no","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":\"argument\"}"}}]},
               {"role":"tool","tool_call_id":"call_1","content":"result"}],
             "tools":[{"type":"function","function":{"name":"f","description":"does","parameters":{"type":"object","properties":{"a":{"type":"string","description":"inner"}}}}}]}
            """;
        Assert.That(Texts(Json), Is.SupersetOf(new[]
        {
            "u@x.org", "meta", "sys", "bob", "part", "no", "f", """{"a":"argument"}""", "result", "does", "inner",
        }));
        Assert.That(Texts(Json), Has.None.Contains("AAAA"));
        var request = Read(Json);
        Assert.That(request.Images, Is.EqualTo(1));
        Assert.That(request.UnscannableParts, Is.EqualTo(1));
        Assert.That(request.Tools, Is.EqualTo(1));
    }

    [Test]
    public void Escapes_are_undone_and_edits_find_their_way_back()
    {
        const string Json = """{"model":"m","messages":[{"content":"a\u00e9\n\ud83d\ude00 SECRET \"q\""}]}""";
        var body = Encoding.UTF8.GetBytes(Json);
        var text = Read(Json).Texts.Single();
        byte[] scratch = [];
        var decoded = text.Read(body, ref scratch).ToArray();
        Assert.That(Encoding.UTF8.GetString(decoded), Is.EqualTo("aé\n😀 SECRET \"q\""));
        var at = decoded.AsSpan().IndexOf("SECRET"u8);
        var edits = new List<RawEdit>();
        text.ToRaw(body, [new(at, at + 6, "[X]"u8.ToArray())], edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(body, edits)), Is.EqualTo(Json.Replace("SECRET", "[X]", StringComparison.Ordinal)));
    }

    [TestCase("""{"model":"m","metadata":{"id":"jane@acme.com"}}""", "jane@acme.com")]
    [TestCase("""{"model":"m","metadata":{"jane@acme.com":"x"}}""", "jane@acme.com")]
    [TestCase("""{"model":"m","messages":[{"role":"jane@acme.com"}]}""", "jane@acme.com")]
    [TestCase("""{"model":"m","messages":[{"content":[{"type":"document","document":{"data":"jane@acme.com"}}]}]}""", "jane@acme.com")]
    [TestCase("""{"model":"m","messages":[{"content":[{"type":"image_url","image_url":{"url":"data: jane@acme.com"}}]}]}""", "data: jane@acme.com")]
    public void No_place_hides_a_text(string json, string text) => Assert.That(Texts(json), Does.Contain(text));

    [TestCase("""{"model":"m","messages":[{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://x"}}]}]}""", 0)]
    [TestCase("""{"model":"m","messages":[{"content":[{"type":"input_video","input_video":{"data":"x"}}]}]}""", 1)]
    [TestCase("""{"model":"m","messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]}""", 1)]
    [TestCase("""{"model":"m","messages":[{"role":"assistant","audio":{"id":"a"}}]}""", 1)]
    public void Parts_whose_size_the_body_does_not_tell_are_counted(string json, int parts) => Assert.That(Read(json).UnboundedParts, Is.EqualTo(parts));

    [TestCase("", "not valid JSON")]
    [TestCase("nonsense", "not valid JSON")]
    [TestCase("[]", "not a JSON object")]
    [TestCase("{}", "names no model")]
    [TestCase("""{"model":5}""", "\"model\" is not a string")]
    [TestCase("""{"model":"a","model":"b"}""", "\"model\" twice")]
    [TestCase("""{"model":"a","max_tokens":1,"max_tokens":2}""", "\"max_tokens\" twice")]
    [TestCase("""{"model":"a","max_tokens":-1}""", "max_tokens")]
    [TestCase("""{"model":"a","max_tokens":1e99}""", "max_tokens")]
    [TestCase("""{"model":"a","n":0}""", "\"n\"")]
    [TestCase("""{"model":"a","messages":"x"}""", "messages")]
    [TestCase("""{"model":"a"} {}""", "")]
    public void What_cannot_be_read_with_certainty_is_an_error(string json, string expected)
    {
        Assert.That(ChatRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(expected).And.Not.Empty);
    }

    [Test]
    public void Deep_nesting_is_refused_not_crashed_on()
    {
        var json = """{"model":"a","messages":[""" + new string('[', 10_000) + new string(']', 10_000) + "]}";
        Assert.That(ChatRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out _), Is.False);
    }

    [Test]
    public void Invalid_utf8_in_a_text_does_not_throw()
    {
        byte[] body = [.. """{"model":"a","messages":[{"content":" """u8, 0xFF, 0xC3, .. "\\n\"}]}"u8];
        if (ChatRequestReader.TryRead(body, out var request, out _))
        {
            byte[] scratch = [];
            Assert.That(request.Texts[0].Read(body, ref scratch).Length, Is.GreaterThan(0));
        }
    }

    [TestCase("""{"model":"m"}""", """{"max_completion_tokens":7,"model":"m"}""")]
    [TestCase("""{"model":"m","max_tokens": 500}""", """{"model":"m","max_tokens": 7}""")]
    [TestCase("""{"max_completion_tokens":null,"model":"m"}""", """{"max_completion_tokens":7,"model":"m"}""")]
    [TestCase("""{"max_tokens":null,"model":"m"}""", """{"max_completion_tokens":7,"max_tokens":null,"model":"m"}""")]
    [TestCase("""{"max_tokens":null,"max_completion_tokens":null,"model":"m"}""", """{"max_tokens":null,"max_completion_tokens":7,"model":"m"}""")]
    [TestCase("""{"max_tokens":null,"max_completion_tokens":8,"model":"m"}""", """{"max_tokens":null,"max_completion_tokens":7,"model":"m"}""")]
    [TestCase("""{"max_tokens":9,"max_completion_tokens":8,"model":"m"}""", """{"max_tokens":7,"max_completion_tokens":7,"model":"m"}""")]
    public void The_output_limit_is_lowered_in_the_field_that_the_body_uses(string json, string expected)
    {
        var edits = new List<RawEdit>();
        Read(json).LimitOutput(7, "max_completion_tokens", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(json), edits)), Is.EqualTo(expected));
    }

    [TestCase("""{"model":"m"}""", """{"stream_options":{"include_usage":true},"model":"m"}""")]
    [TestCase("""{"model":"m","stream_options":{}}""", """{"model":"m","stream_options":{"include_usage":true}}""")]
    [TestCase("""{"model":"m","stream_options":null}""", """{"model":"m","stream_options":{"include_usage":true}}""")]
    [TestCase("""{"model":"m","stream_options":{"include_usage":false}}""", """{"model":"m","stream_options":{"include_usage":true}}""")]
    [TestCase("""{"model":"m","stream_options":{"x":1}}""", """{"model":"m","stream_options":{"include_usage":true,"x":1}}""")]
    public void Usage_is_asked_for_without_touching_the_rest(string json, string expected)
    {
        var edits = new List<RawEdit>();
        Read(json).AskForUsage(edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(json), edits)), Is.EqualTo(expected));
    }

    [TestCase("""{"model":"m","service_tier":"priority"}""", true)]
    [TestCase("""{"model":"m","service_tier":"auto"}""", false)]
    [TestCase("""{"model":"m","web_search_options":{}}""", true)]
    [TestCase("""{"model":"m","web_search_\u006fptions":{}}""", true)]
    [TestCase("""{"model":"gpt-4o-search-preview"}""", true)]
    public void Features_without_a_price_are_named(string json, bool unpriced) =>
        Assert.That(Read(json).UnpricedFeature is not null, Is.EqualTo(unpriced));
}
