using System.Text;
using System.Text.Json;
using CsCheck;
using IronCage.Lang.Hosts;
using IronCage.Tests;

namespace IronCage.Lang.Tests;

/// <summary>What is put in the place of the model, and behind the messages, in requests of every protocol.</summary>
[TestFixture(LlmProtocol.OpenAi)]
[TestFixture(LlmProtocol.Anthropic)]
internal sealed class ModelPlaceTests(LlmProtocol protocol)
{
    private LlmRequest Read(string json)
    {
        Assert.That(LlmWire.Of(protocol)[0].TryReadRequest(Encoding.UTF8.GetBytes(json), null, out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string Apply(string json, List<RawEdit> edits) => Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(json), edits));

    private string Replaced(string json, string model)
    {
        var edits = new List<RawEdit>();
        Read(json).ReplaceModel(model, edits);
        return Apply(json, edits);
    }

    private string Appended(string json, string text)
    {
        var edits = new List<RawEdit>();
        Assert.That(Read(json).TryAppendMessage(text, edits), Is.True);
        return Apply(json, edits);
    }

    [TestCase("""{"model":"gpt-5","messages":[]}""", """{"model":"b","messages":[]}""")]
    [TestCase("""{"model":"gpt\u002d5","messages":[]}""", """{"model":"b","messages":[]}""")]
    [TestCase("""{"mod\u0065l":"gpt-5"}""", """{"mod\u0065l":"b"}""")]
    [TestCase(" { \"a\" : 1 ,\r\n\t\"model\" :\t\"gpt-5\" , \"messages\" : [ ] } \n", " { \"a\" : 1 ,\r\n\t\"model\" :\t\"b\" , \"messages\" : [ ] } \n")]
    [TestCase("""{"metadata":{"model":"inner"},"messages":[{"role":"user","content":"\"model\":\"gpt-5\""}],"model":"gpt-5"}""", """{"metadata":{"model":"inner"},"messages":[{"role":"user","content":"\"model\":\"gpt-5\""}],"model":"b"}""")]
    public void Only_the_model_changes(string json, string expected)
    {
        Assert.That(Read(json).Model, Is.EqualTo("gpt-5"));
        Assert.That(Replaced(json, "b"), Is.EqualTo(expected));
    }

    [TestCase("""{"model":"gpt-5","model":"gpt-5-mini","messages":[]}""")]
    [TestCase("""{"model":"gpt-5","mod\u0065l":"gpt-5","messages":[]}""")]
    public void Of_two_models_nobody_knows_which_is_called(string json)
    {
        Assert.That(LlmWire.Of(protocol)[0].TryReadRequest(Encoding.UTF8.GetBytes(json), null, out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo("the body has the key \"model\" twice"));
    }

    [Test]
    public void Any_name_and_any_note_arrive_as_they_are() =>
        Gen.Select(Gen.String[1, 20], Gen.String[0, 40], Gen.String[Gen.Char[" \t\r\n"], 0, 3], Gen.Bool).Where(each => IsText(each.Item1) && IsText(each.Item2))
            .Sample((model, text, space, isEmpty) =>
            {
                var messages = isEmpty ? "" : $$"""{{space}}{"role":"user","content":[{"type":"text","text":"]}"}]}{{space}}""";
                var json = $$"""{{{space}}"max_tokens":5,"model":{{space}}"x"{{space}},"messages":{{space}}[{{messages}}{{space}}],"stop":["]"]}""";
                var changed = Appended(Replaced(json, model), text);
                using var document = JsonDocument.Parse(changed);
                var root = document.RootElement;
                var last = root.GetProperty("messages").EnumerateArray().Last();
                Assert.That((root.GetProperty("model").GetString(), last.GetProperty("role").GetString(), last.GetProperty("content").GetString()), Is.EqualTo((model, "user", text)));
                Assert.That(root.GetProperty("messages").GetArrayLength(), Is.EqualTo(isEmpty ? 1 : 2));
                // Without what was put in, it is what it was.
                var note = changed.LastIndexOf((isEmpty ? "" : ",") + "{\"role\":\"user\",\"content\":\"", StringComparison.Ordinal);
                var end = changed.LastIndexOf("\"}", StringComparison.Ordinal) + 2;
                var read = Read(changed);
                var without = changed[..note] + changed[end..];
                Assert.That(Replaced(without, "x"), Is.EqualTo(json));
                Assert.That((read.Messages, read.Model), Is.EqualTo((isEmpty ? 1 : 2, model)));
            }, iter: Counts.Of(2000));

    private static bool IsText(string text) => text.All(c => !char.IsSurrogate(c)) && Encoding.UTF8.GetByteCount(text) * 6 <= 256;

    [Test]
    public void Without_messages_nothing_is_appended()
    {
        var edits = new List<RawEdit>();
        Assert.That(Read("""{"model":"a","metadata":{"messages":[]}}""").TryAppendMessage("x", edits), Is.False);
        Assert.That(edits, Is.Empty);
    }

    [Test]
    public void A_system_prompt_is_no_message()
    {
        const string Json = """{"model":"a","system":"be brief","messages":[]}""";
        Assert.That(Appended(Json, "done"), Is.EqualTo("""{"model":"a","system":"be brief","messages":[{"role":"user","content":"done"}]}"""));
    }

    [TestCase("""{"model":"a","max_tokens":7}""", """{"model":"a","max_completion_tokens":7}""")]
    [TestCase("""{"model":"a","max\u005ftokens" : 7}""", """{"model":"a","max_completion_tokens" : 7}""")]
    [TestCase("""{"model":"a","max_completion_tokens":7}""", null)]
    [TestCase("""{"model":"a","max_completion_tokens":7,"max_tokens":9}""", null)]
    [TestCase("""{"model":"a","max_completion_tokens":null,"max_tokens":9}""", null)]
    [TestCase("""{"model":"a","max_tokens":null}""", null)]
    [TestCase("""{"model":"a"}""", null)]
    public void A_limit_moves_into_the_field_that_the_model_takes(string json, string? expected)
    {
        var edits = new List<RawEdit>();
        Read(json).MoveLimit("max_completion_tokens", edits);
        // Anthropic's has one field.
        Assert.That(Apply(json, edits), Is.EqualTo(protocol == LlmProtocol.OpenAi ? expected ?? json : json));
        edits.Clear();
        Read(json).MoveLimit("max_tokens", edits);
        Read(json).MoveLimit(null, edits);
        Assert.That(edits, Is.Empty);
    }
}
