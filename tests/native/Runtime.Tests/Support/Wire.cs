using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IronCage.Runtime.Tests.Support;

/// <summary>Bodies as OpenAI's API has them, and the bounds of the standard request.</summary>
internal static class Wire
{
    /// <summary>Of <see cref="Request"/> to gpt-4o with 100 tokens of output, byte bound: ("hello" and "user": 9 bytes + 4 + 3 + 8) × $2.5 + 100 × $10 per million.</summary>
    public const decimal Hold = 24 * 2.5m / 1_000_000 + 100 * 10m / 1_000_000;

    /// <summary>The input of the same request by the tokenizer: "hello" and "user" are a token each.</summary>
    public const decimal ExactInput = 17 * 2.5m / 1_000_000;

    /// <summary>The hold of the standard request where the byte bound is a noticeable part of what is left.</summary>
    public const decimal ExactHold = ExactInput + 100 * 10m / 1_000_000;

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static string Request(string content = "hello", string model = "gpt-4o", string extra = "\"max_tokens\":100") =>
        $$"""{"model":{{Quote(model)}},"messages":[{"role":"user","content":{{Quote(content)}}}]{{(extra.Length > 0 ? "," + extra : "")}}}""";

    public static string Streamed(string content = "hello", string model = "gpt-4o") =>
        Request(content, model, "\"max_tokens\":100,\"stream\":true,\"stream_options\":{\"include_usage\":true}");

    public static string Usage(long prompt, long completion, long cached = 0) => string.Create(CultureInfo.InvariantCulture,
        $$$"""{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}},"prompt_tokens_details":{"cached_tokens":{{{cached}}}}}""");

    public static string Answer(string content = "Hello there", string? usage = null, string logprobs = "null") =>
        $$"""{"id":"c","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":{{Quote(content)}}},"logprobs":{{logprobs}},"finish_reason":"stop"}]{{(usage is null ? "" : ",\"usage\":" + usage)}}}""";

    public static string Chunk(string content, string logprobs = "null") =>
        $$"""data: {"id":"c","model":"gpt-4o","choices":[{"index":0,"delta":{"content":{{Quote(content)}}},"logprobs":{{logprobs}},"finish_reason":null}]}""" + "\n\n";

    public const string Stop = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    public const string Done = "data: [DONE]\n\n";

    public static string UsageChunk(long prompt, long completion) => $$"""data: {"id":"c","choices":[],"usage":{{Usage(prompt, completion)}}}""" + "\n\n";

    /// <summary>The content that a stream spells, whatever its chunks.</summary>
    public static string Content(string stream)
    {
        var content = new StringBuilder();
        foreach (var line in stream.Split('\n'))
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
                continue;
            foreach (var choice in Parse(Utf8(line[6..])).GetProperty("choices").EnumerateArray())
            {
                if (choice.GetProperty("delta").TryGetProperty("content", out var text))
                    content.Append(text.GetString());
            }
        }
        return content.ToString();
    }
}
