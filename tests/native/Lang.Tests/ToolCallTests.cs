using System.Buffers;
using System.Text;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Tests;

/// <summary>Which tools an answer uses, and with what, in every protocol, whole and streamed.</summary>
public class ToolCallTests
{
    private const string Chat = "/v1/chat/completions", Responses = "/v1/responses", Messages = "/v1/messages", Gemini = "/v1beta/models/gemini-2.5-flash:generateContent", Bedrock = "/model/amazon.nova-lite-v1%3A0/converse", Ollama = "/api/chat", Cohere = "/v2/chat";

    private static LlmWire WireOf(string path) => LlmWire.Of(
        path == Messages ? LlmProtocol.Anthropic : path == Gemini ? LlmProtocol.Gemini : path == Bedrock ? LlmProtocol.Bedrock
        : path == Ollama ? LlmProtocol.Ollama : path == Cohere ? LlmProtocol.Cohere : LlmProtocol.OpenAi)
        .First(wire => wire.EndpointOf(Encoding.UTF8.GetBytes(path)) == Endpoint.Generate);

    private static string Shown(string? name, ReadOnlySpan<byte> arguments) => $"{name ?? "?"} {Encoding.UTF8.GetString(arguments)}".TrimEnd();

    private static IEnumerable<TestCaseData> WholeAnswers()
    {
        yield return Case("chat", Chat, """{"choices":[{"message":{"tool_calls":[{"id":"1","type":"function","function":{"name":"find","arguments":"{\"q\":1}"}},{"type":"custom","custom":{"input":"é","name":"run"}}]}}]}""",
            """find "{\"q\":1}" """, "run \"é\"");
        yield return Case("chat, the old way", Chat, """{"choices":[{"message":{"function_call":{"name":"find","arguments":""}}}]}""", "find \"\"");
        yield return Case("chat, no name", Chat, """{"choices":[{"message":{"tool_calls":[{"function":{"arguments":"{}"}}]}}]}""", "? \"{}\"");
        yield return Case("chat, two names", Chat, """{"choices":[{"message":{"tool_calls":[{"function":{"name":"a","name":"b","arguments":"{}"}}]}}]}""", "? \"{}\"");
        yield return Case("chat, a number as a name", Chat, """{"choices":[{"message":{"tool_calls":[{"function":{"name":1}}]}}]}""", "?");
        yield return Case("messages", Messages, """{"content":[{"type":"text","text":"a"},{"type":"tool_use","id":"1","name":"find","input":{"name":"x","input":{"type":"tool_use"}}},{"type":"server_tool_use","name":"web_search","input":{}},{"type":"mcp_tool_use","server_name":"s","name":"far","input":{}}]}""",
            """find {"name":"x","input":{"type":"tool_use"}}""", "web_search {}", "far {}");
        yield return Case("responses", Responses, """{"output":[{"type":"function_call","call_id":"c","name":"find","arguments":"{}"},{"type":"custom_tool_call","name":"run","input":"x"},{"type":"web_search_call","action":{"query":"q"}},{"type":"local_shell_call","action":{"command":["ls"]}}],"instructions":[{"type":"function_call","name":"earlier","arguments":""}]}""",
            "find \"{}\"", "run \"x\"", """web_search {"query":"q"}""", """local_shell {"command":["ls"]}""");
        yield return Case("gemini", Gemini, """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"find","args":{"q":"ü"}}},{"executableCode":{"language":"PYTHON","code":"1"}},{"functionCall":{"name":"plain"}}]}}]}""",
            """find {"q":"ü"}""", "code_execution", "plain");
        yield return Case("converse", Bedrock, """{"output":{"message":{"role":"assistant","content":[{"text":"a"},{"toolUse":{"toolUseId":"1","name":"find","input":{"q":{"name":"x"}}}}]}}}""",
            """find {"q":{"name":"x"}}""");
        yield return Case("ollama", Ollama, """{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"find","arguments":{"q":1}}},{"function":{"arguments":{}}}]},"done":true}""",
            """find {"q":1}""", "? {}");
        yield return Case("cohere", Cohere, """{"message":{"role":"assistant","tool_plan":"p","tool_calls":[{"id":"1","type":"function","function":{"name":"find","arguments":"{\"q\":1}"}},{"type":"function","function":{"arguments":"{}"}}]}}""",
            """find "{\"q\":1}" """, "? {}");
    }

    private static TestCaseData Case(string name, string path, string body, params string[] expected) =>
        new TestCaseData(path, body, expected.Select(call => call.TrimEnd()).ToArray()).SetArgDisplayNames(name);

    [TestCaseSource(nameof(WholeAnswers))]
    public void Tools_of_a_whole_answer_are_told_in_order(string path, string json, string[] expected)
    {
        var body = Encoding.UTF8.GetBytes(json);
        Assert.That(WireOf(path).TryReadAnswer(body, out var answer), Is.True);
        Assert.That(answer.ToolCalls.Select(call => Shown(call.Name, body.AsSpan()[call.Arguments])), Is.EqualTo(expected));
    }

    private static string Event(string data) => $"data: {data}\n\n";

    private static IEnumerable<TestCaseData> Streams()
    {
        yield return Case("chat", Chat,
            Event("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"find","arguments":""}}]}}]}""")
            + Event("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\""}},{"index":1,"id":"2","function":{"name":"run","arguments":"{}"}}]}}]}""")
            + Event("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\"é\"}"}}]}}]}"""),
            """find {"q":"é"}""", "run {}");
        yield return Case("chat, no name", Chat, Event("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"""), "? {}");
        yield return Case("messages", Messages,
            Event("""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"1","name":"find","input":{}}}""")
            + Event("""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"q\": "}}""")
            + Event("""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"1}"}}""")
            + Event("""{"type":"content_block_stop","index":0}""")
            + Event("""{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"2","name":"plain","input":{}}}"""),
            """find {"q": 1}""", "plain {}");
        yield return Case("responses", Responses,
            Event("""{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","name":"find","arguments":""}}""")
            + Event("""{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"q\":"}""")
            + Event("""{"type":"response.function_call_arguments.delta","output_index":0,"delta":"1}"}""")
            + Event("""{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"q\":1}"}""")
            + Event("""{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","name":"find","arguments":"{\"q\":1}"}}""")
            + Event("""{"type":"response.completed","response":{"output":[{"type":"function_call","name":"find","arguments":"{\"q\":1}"}]}}"""),
            """find {"q":1}""");
        yield return Case("gemini", Gemini,
            Event("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"find","args":{"q":1}}}]}}]}""")
            + Event("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"find","args":{"q":2}}}]}}]}"""),
            """find {"q":1}""", """find {"q":2}""");
        yield return Case("ollama", Ollama, """{"message":{"content":"a"},"done":false}""" + "\n" + """{"message":{"tool_calls":[{"function":{"name":"find","arguments":{"q":1}}}]},"done":false}""" + "\n"
            + """{"message":{"tool_calls":[{"function":{"name":"find","arguments":{"q":2}}}]},"done":true}""" + "\n",
            """find {"q":1}""", """find {"q":2}""");
        yield return Case("cohere", Cohere,
            Event("""{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"1","type":"function","function":{"name":"find","arguments":""}}}}}""")
            + Event("""{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"q\":"}}}}}""")
            + Event("""{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"1}"}}}}}""")
            + Event("""{"type":"tool-call-end","index":0}"""),
            """find {"q":1}""");
    }

    [TestCaseSource(nameof(Streams))]
    public void Tools_of_a_stream_are_told_wherever_it_is_cut(string path, string events, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(events);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var stream = WireOf(path).OpenStream(new LlmRequest(), newScreen: null, hideUsage: false)!;
            var output = new ArrayBufferWriter<byte>();
            stream.Feed(bytes.AsSpan(0, cut), output);
            stream.Feed(bytes.AsSpan(cut), output);
            stream.Finish(output);
            Assert.That(stream.ToolCalls.Select(call => Shown(call.Name, call.Arguments)), Is.EqualTo(expected), $"cut at {cut}");
            Assert.That(output.WrittenSpan.SequenceEqual(bytes), Is.True);
        }
    }

    [Test]
    public void A_name_in_pieces_is_told_piece_by_piece()
    {
        var stream = WireOf(Chat).OpenStream(new LlmRequest(), newScreen: null, hideUsage: false)!;
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in new[] { "drop", "_all", "_all" })
            stream.Feed(Encoding.UTF8.GetBytes(Event($$$"""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"{{{piece}}}"}}]}}]}""")), output);
        Assert.That(stream.ToolCalls.Single().Names, Is.EqualTo(new[] { "drop", "_all" }));
        Assert.That(stream.ToolNames, Is.EqualTo(2));
    }

    [Test]
    public void What_a_tool_is_used_with_is_kept_up_to_a_bound()
    {
        var stream = WireOf(Chat).OpenStream(new LlmRequest(), newScreen: null, hideUsage: false)!;
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 80; i++)
            stream.Feed(Encoding.UTF8.GetBytes(Event($$$"""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{{{new string('x', 1000)}}}"}}]}}]}""")), output);
        Assert.That(stream.ToolCalls.Single().Arguments.Length, Is.EqualTo(StreamedToolCall.KeptArguments));
    }
}
