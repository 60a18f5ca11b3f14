using System.Buffers;
using System.Globalization;
using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Gemini;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Gemini;

public sealed class GenerateContentAnswerTests
{
    private const string Answer = """
        {"candidates":[{"content":{"parts":[{"text":"hm","thought":true,"thoughtSignature":"c2ln"},{"text":"hello"},{"functionCall":{"name":"send","args":{"to":"x","deep":["y"]}}}],"role":"model"},
        "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":18},"modelVersion":"gemini-2.5-pro","responseId":"r"}
        """;

    [Test]
    public void Texts_and_what_they_are_for_are_found()
    {
        var bytes = Encoding.UTF8.GetBytes(Answer);
        Assert.That(GenerateContentAnswerReader.TryRead(bytes, out var answer), Is.True);
        string Text(TextSpan place) => Encoding.UTF8.GetString(bytes[place.Start..place.End]);
        Assert.That(answer.Texts.Select(Text), Is.EqualTo(new[] { "send", "x", "y" }));
        Assert.That(answer.Runs.Select(run => (Text(run.Pieces[0]), run.Use)), Is.EqualTo(new[] { ("hm", default(TextUse)), ("hello", new TextUse(TextRole.Answer)) }));
        Assert.That(answer.Contents.Select(Text), Is.EqualTo(new[] { "hm", "hello", "send", "x", "y" }));
        Assert.That(answer.Texts.Where(t => answer.Uses.ContainsKey(t.Start)).Select(t => (Text(t), answer.Uses[t.Start])), Is.EqualTo(new[]
        {
            ("send", new TextUse(TextRole.ToolInput, "send")), ("x", new TextUse(TextRole.ToolInput, "send")), ("y", new TextUse(TextRole.ToolInput, "send")),
        }));
        Assert.That((answer.Usage, answer.Model, answer.HasExtraCharge), Is.EqualTo(((WireUsage?)new WireUsage(10, 0, 0, 8, 3, 0, 0), "gemini-2.5-pro", false)));
    }

    [Test]
    public void An_array_of_chunks_is_one_answer()
    {
        var bytes = Encoding.UTF8.GetBytes("""[{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":1}},{"candidates":[{"content":{"parts":[{"text":"b"}]}}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}}]""");
        Assert.That(GenerateContentAnswerReader.TryRead(bytes, out var answer), Is.True);
        Assert.That((answer.Runs[0].Pieces.Count, answer.Usage), Is.EqualTo((2, (WireUsage?)new WireUsage(1, 0, 0, 2, 0, 0, 0))));
        var ends = new List<int>();
        var edits = new List<RawEdit>();
        Assert.That(Encoding.UTF8.GetString(answer.Runs[0].Read(bytes, ends)), Is.EqualTo("ab"));
        answer.Runs[0].ToRaw(bytes, ends, [new TextEdit(0, 2, "X"u8.ToArray())], edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(bytes, edits)), Does.Contain("\"text\":\"X\"").And.Contain("\"text\":\"\""));
        for (var cut = 0; cut < bytes.Length; cut++)
            Assert.That(GenerateContentAnswerReader.TryRead(bytes.AsSpan(0, cut), out _), Is.False, string.Create(CultureInfo.InvariantCulture, $"cut at {cut}"));
    }

    [Test]
    public void Names_inside_a_call_are_the_callers_and_log_probabilities_are_emptied()
    {
        var bytes = """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"mk","args":{"id":"a","role":"b","parts":[{"text":"c"}]}}}]},"logprobsResult":{"chosenCandidates":[{"token":"t"}]}}]}"""u8.ToArray();
        Assert.That(GenerateContentAnswerReader.TryRead(bytes, out var answer), Is.True);
        Assert.That(answer.Texts.Select(t => Encoding.UTF8.GetString(bytes[t.Start..t.End])), Is.EqualTo(new[] { "mk", "a", "b", "c" }));
        Assert.That((answer.Texts.All(t => answer.Uses[t.Start].Tool == "mk"), answer.Runs.Count, answer.LogProbabilities.Count), Is.EqualTo((true, 0, 1)));
    }

    [Test]
    public void Each_call_of_a_stream_has_a_tool_of_its_own()
    {
        var uses = new List<TextUse>();
        Run(Chunk("""{"functionCall":{"name":"one","args":{"id":"a"}}}""") + Chunk("""{"functionCall":{"name":"two","args":{"id":"b"}}}"""), 0, use =>
        {
            uses.Add(use);
            return new WordScreen("SECRET");
        });
        Assert.That(uses.Select(use => use.Tool), Is.EqualTo(new[] { "one", "one", "two", "two" }));
    }

    [Test]
    public void Grounding_is_charged_beside_the_tokens()
    {
        Assert.That(GenerateContentAnswerReader.TryRead("""{"candidates":[{"groundingMetadata":{"webSearchQueries":["q"]}}]}"""u8, out var answer), Is.True);
        Assert.That(answer.HasExtraCharge, Is.True);
    }

    private static string Chunk(string parts, string rest = "") => $$"""
        data: {"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{rest}},"index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15},"modelVersion":"gemini-2.5-pro","responseId":"SECRET"}


        """.ReplaceLineEndings("\n");

    private static readonly string Whole = Chunk("""{"text":"think SEC","thought":true}""") + Chunk("""{"text":"a SEC"}""") + Chunk("""{"text":"RET and SEC"}""")
        + Chunk("""{"functionCall":{"name":"send","args":{"to":"SECRET"}},"thoughtSignature":"SECRET"}""", ",\"finishReason\":\"STOP\"");

    private static (string Output, GenerateContentStream Stream) Run(string text, int cut, Func<TextUse, ITextScreen>? screen)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new GenerateContentStream(screen);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(0, cut), output);
        stream.Feed(input.AsSpan(cut), output);
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), stream);
    }

    [Test]
    public void Wherever_it_is_cut_a_stream_is_screened_text_by_text()
    {
        var uses = new List<TextUse>();
        var (uncut, stream) = Run(Whole, 0, use =>
        {
            uses.Add(use);
            return new WordScreen("SECRET");
        });
        Assert.That(uses, Is.EqualTo(new[] { new TextUse(TextRole.Other), new TextUse(TextRole.Answer), new TextUse(TextRole.ToolInput, "send"), new TextUse(TextRole.ToolInput, "send") }));
        Assert.That(uncut, Does.Contain("\"a [GONE]\"").And.Contain("\" and SEC\"").And.Contain("\"to\":\"[GONE]\"").And.Contain("\"thoughtSignature\":\"SECRET\"").And.Contain("\"think SEC\""));
        Assert.That((stream.HasFinished, stream.Usage, stream.Model), Is.EqualTo((true, (WireUsage?)new WireUsage(10, 0, 0, 5, 0, 0, 0), "gemini-2.5-pro")));
        for (var cut = 1; cut < Whole.Length; cut++)
            Assert.That(Run(Whole, cut, _ => new WordScreen("SECRET")).Output, Is.EqualTo(uncut), string.Create(CultureInfo.InvariantCulture, $"cut at {cut}"));
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        for (var cut = 0; cut <= Whole.Length; cut += 3)
            Assert.That(Run(Whole, cut, _ => new WordScreen("NOTHING")).Output, Is.EqualTo(Whole));
    }

    [Test]
    public void A_stream_that_is_cut_has_not_finished_and_a_blocked_prompt_has()
    {
        Assert.That(Run(Chunk("""{"text":"a"}"""), 0, null).Stream.HasFinished, Is.False);
        Assert.That(Run("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":7}}\n\n", 0, null).Stream.HasFinished, Is.True);
        Assert.That(Run("data: {\"error\":{\"code\":503,\"message\":\"m\"}}\n\n", 0, null).Stream.HasError, Is.True);
    }

    [TestCase("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro")]
    [TestCase("/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:streamGenerateContent", "gemini-2.5-flash")]
    [TestCase("/v1beta/tunedModels/mine:generateContent", "mine")]
    public void The_model_stands_in_the_path(string path, string model)
    {
        var wire = Lang.Hosts.LlmService.Of(Lang.Hosts.LlmProtocol.Gemini).Find(Encoding.UTF8.GetBytes(path), out var endpoint);
        Assert.That((endpoint, wire!.ModelOf(Encoding.UTF8.GetBytes(path))), Is.EqualTo((Lang.Hosts.Endpoint.Generate, model)));
    }
}
