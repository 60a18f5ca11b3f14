namespace IronCage.Lang.Anthropic;

/// <summary>What the strings of answers are, by the names of their properties.</summary>
internal static class AnswerString
{
    /// <summary>What the provider says about the answer, and what only the provider can read: nobody's text, and to be left as it is.</summary>
    /// <param name="name">The property.</param>
    /// <param name="type">The type of its object.</param>
    public static bool IsOfProvider(ReadOnlySpan<byte> name, string? type) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8),
        4 => name.SequenceEqual("type"u8) || name.SequenceEqual("role"u8) || (name.SequenceEqual("data"u8) && type == "redacted_thinking"),
        5 => name.SequenceEqual("model"u8),
        9 => name.SequenceEqual("signature"u8),
        11 => name.SequenceEqual("tool_use_id"u8) || name.SequenceEqual("stop_reason"u8),
        _ => name.StartsWith("encrypted_"u8),
    };

    /// <summary>The blocks that say which tool is used: the caller's, the provider's, those of connected servers.</summary>
    public static bool IsToolUse(string? type) => type is "tool_use" or "server_tool_use" or "mcp_tool_use";

    /// <summary>What the model writes and the provider bills.</summary>
    public static bool IsWritten(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("text"u8) || name.SequenceEqual("name"u8),
        8 => name.SequenceEqual("thinking"u8),
        12 => name.SequenceEqual("partial_json"u8),
        _ => false,
    };
}
