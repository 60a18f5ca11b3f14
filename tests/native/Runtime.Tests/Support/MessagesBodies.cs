namespace IronCage.Runtime.Tests.Support;

/// <summary>Bodies as Anthropic's API has them, and the bounds of the standard request.</summary>
internal static class MessagesBodies
{
    public const string Url = "http://127.0.0.1:8/v1/messages";

    /// <summary>Of <see cref="Request"/>, byte bound: ("hello" and "user": 9 bytes + 4 + 3 + 8) × $3 + 100 × $15 per million.</summary>
    public const decimal Hold = 24 * 3m / 1_000_000 + 100 * 15m / 1_000_000;

    public static string Request(string content = "hello", string extra = "", long limit = 100, string model = "claude-sonnet-4-5") =>
        $$"""{"model":"{{model}}","max_tokens":{{limit}},"messages":[{"role":"user","content":{{Wire.Quote(content)}}}]{{(extra.Length > 0 ? "," + extra : "")}}}""";

    public const string Usage = """{"input_tokens":25,"cache_creation_input_tokens":30,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":15}""";

    /// <summary>25 × $3, 10 × $3.75, 20 × $6, 7 × $0.3 and 15 × $15 per million.</summary>
    public const decimal Billed = (25 * 3m + 10 * 3.75m + 20 * 6m + 7 * 0.3m + 15 * 15m) / 1_000_000;

    public static string Answer(string text = "Hello there", string usage = Usage) =>
        $$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":{{Wire.Quote(text)}}}],"stop_reason":"end_turn","usage":{{usage}}}""";

    public const string Start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"content\":[],\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":7,\"cache_creation_input_tokens\":30,"
        + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":10,\"ephemeral_1h_input_tokens\":20},\"output_tokens\":1}}}\n\n";

    public const string Open = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";

    public static string Delta(string text) =>
        $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{Wire.Quote(text)}}}}}""" is var data ? $"event: content_block_delta\ndata: {data}\n\n" : "";

    public const string Close = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
    public const string End = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n";
    public const string Stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    public const string Error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
}
