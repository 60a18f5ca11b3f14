using CsCheck;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>As <see cref="BrokenBytesTests"/>, at Bedrock: bodies with base64 in them, and messages of event streams, broken inside and outside of their checksums.</summary>
public class BrokenBedrockTests
{
    private const string Url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/";

    private static readonly string[] Requests =
    [
        """{"messages":[{"role":"user","content":[{"text":"mail ada@example.com"},{"document":{"format":"txt","name":"n","source":{"bytes":"bWFpbCBhZGFAZXhhbXBsZS5jb20="}}}]}],"inferenceConfig":{"maxTokens":10}}""",
        """{"system":[{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"json":{"a":1}},{"image":{"format":"png","source":{"bytes":"AA=="}}}]}}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}]},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}}""",
    ];

    private static readonly string[] Payloads =
    [
        """{"contentBlockIndex":0,"delta":{"text":"mail ada@example.com"},"p":"abc"}""", """{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}}}""",
        """{"contentBlockIndex":0,"start":{"toolUse":{"name":"f","toolUseId":"t"}}}""", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"\ud800"}}}""",
        """{"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15}}""", """{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0=","p":"ab"}""", """{"stopReason":"end_turn"}""",
    ];

    private static readonly string[] Types = ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "chunk", "other"];

    private static Gen<byte[]> Broken(Gen<byte[]> whole) => Gen.Select(whole, Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 4], Gen.Byte.Array[0, 3]).Array[0, 2]).Select((body, breaks) =>
    {
        var bytes = body.ToList();
        foreach (var (place, removed, added) in breaks)
        {
            var at = place % (bytes.Count + 1);
            bytes.RemoveRange(at, Math.Min(removed, bytes.Count - at));
            bytes.InsertRange(at, added);
        }
        return bytes.ToArray();
    });

    [Test]
    public void Any_request_gets_a_verdict_and_holds_nothing_when_refused() => Gen.Select(Broken(Gen.OneOf(Requests).Select(Wire.Utf8)), Gen.OneOf("converse", "converse-stream", "invoke", "count-tokens")).Sample((body, operation) =>
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        cage.Begin(protection.OpenRun(null), body, url: Url + operation).Opened?.End(CallEnding.Withdrawn);
        return Cage.Figures(protection) is { Held: 0, BudgetHeld: 0, Spent: 0 };
    }, iter: Counts.Of(600), threads: 1);

    private static readonly Gen<byte[]> Stream = Gen.Select(Gen.OneOf(Types), Broken(Gen.OneOf(Payloads).Select(Wire.Utf8)), Gen.Bool).Select((type, payload, isError) =>
        isError ? Frames.Exception(type, System.Text.Encoding.Latin1.GetString(payload)) : Frames.Event(type, System.Text.Encoding.Latin1.GetString(payload))).Array[1, 6].Select(frames => frames.SelectMany(f => f).ToArray());

    [Test]
    public void Any_stream_gets_verdicts_is_settled_and_hands_on_nothing_that_was_found() =>
        Gen.Select(Gen.OneOf(Stream, Broken(Stream)), Gen.Int[1, 50], Gen.OneOf("converse-stream", "invoke-with-response-stream")).Sample((stream, size, operation) =>
        {
            using var cage = new Cage();
            var protection = cage.Protect("\"budget_usd\":\"1\"");
            var body = operation[0] == 'c' ? Requests[0] : """{"anthropic_version":"b","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""";
            var call = cage.Begin(protection.OpenRun(null), body, url: Url + operation).Call;
            var (output, _) = Cage.Stream(call, stream.Chunk(size));
            call.End(CallEnding.Complete);
            return Cage.Figures(protection) is { Held: 0, BudgetHeld: 0, Spent: > 0 } && !output.Contains("mail ada@example.com", StringComparison.Ordinal);
        }, iter: Counts.Of(600), threads: 1);
}
