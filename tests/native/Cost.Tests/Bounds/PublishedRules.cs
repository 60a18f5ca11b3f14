using System.Text;
using System.Text.Json.Nodes;

namespace IronCage.Cost.Tests.Bounds;

/// <summary>
/// What OpenAI publishes on how chat requests are counted (OpenAI cookbook, "How to count tokens with tiktoken": num_tokens_from_messages, num_tokens_for_tools), for what it
/// covers: messages of text, and tools with one level of parameters.
/// </summary>
internal static class PublishedRules
{
    private static readonly TokenCounter Counter = new();

    public static int Count(string text, string tokenizer)
    {
        Counter.TryCount(Encoding.UTF8.GetBytes(text), tokenizer, out var tokens);
        return tokens;
    }

    public static int Messages(IEnumerable<(string Role, string Content, string? Name)> messages, string tokenizer) =>
        3 + messages.Sum(m => 3 + Count(m.Role, tokenizer) + Count(m.Content, tokenizer) + (m.Name is { } name ? Count(name, tokenizer) + 1 : 0));

    /// <summary><paramref name="tools"/>: as a request has them. What of a property is left out counts as empty.</summary>
    public static int Tools(JsonArray tools, string tokenizer)
    {
        if (tools.Count == 0)
            return 0;
        var tokens = 12;
        foreach (var tool in tools)
        {
            var function = tool!["function"]!;
            tokens += (tokenizer == TokenCounter.O200k ? 7 : 10) + Count($"{function["name"]}:{Text(function["description"])}", tokenizer);
            var properties = function["parameters"]?["properties"]?.AsObject();
            if (properties is not { Count: > 0 })
                continue;
            tokens += 3;
            foreach (var (name, schema) in properties)
            {
                tokens += 3 + Count($"{name}:{schema!["type"]}:{Text(schema["description"])}", tokenizer);
                if (schema["enum"] is JsonArray values)
                    tokens += -3 + values.Sum(v => 3 + Count(v!.ToString(), tokenizer));
            }
        }
        return tokens;
    }

    private static string Text(JsonNode? description)
    {
        var text = description?.ToString() ?? "";
        return text.EndsWith('.') ? text[..^1] : text;
    }
}
