namespace IronCage.Lang.Responses;

/// <summary>What the strings of a response are.</summary>
internal static class ItemString
{
    /// <summary>Properties that are about an item or an answer, not of it: names, states, and what only the provider can read.</summary>
    /// <param name="name">The property.</param>
    /// <param name="value">Its value: what claims to be encrypted must at least be encoded.</param>
    public static bool IsEnvelope(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8),
        4 => name.SequenceEqual("type"u8) || name.SequenceEqual("role"u8),
        5 => name.SequenceEqual("model"u8),
        6 => name.SequenceEqual("object"u8) || name.SequenceEqual("status"u8),
        7 => name.SequenceEqual("call_id"u8) || name.SequenceEqual("item_id"u8),
        11 => name.SequenceEqual("obfuscation"u8),
        17 => name.SequenceEqual("encrypted_content"u8) && (value.Length < 16 || BodyString.IsEncodedBytes("data"u8, value)),
        20 => name.SequenceEqual("previous_response_id"u8),
        _ => false,
    };

    /// <summary>What a string of an item is for.</summary>
    /// <param name="name">The property.</param>
    /// <param name="type">The type of the object it stands in.</param>
    public static TextRole RoleOf(ReadOnlySpan<byte> name, string? type) => type switch
    {
        "output_text" => name.SequenceEqual("text"u8) ? TextRole.Answer : TextRole.Other,
        "refusal" => name.SequenceEqual("refusal"u8) ? TextRole.Answer : TextRole.Other,
        "function_call" or "mcp_call" or "mcp_approval_request" => name.SequenceEqual("arguments"u8) ? TextRole.ToolArguments : TextRole.Other,
        "custom_tool_call" => name.SequenceEqual("input"u8) ? TextRole.ToolInput : TextRole.Other,
        _ => TextRole.Other,
    };

    /// <summary>Whether the model wrote it, and it is billed as output.</summary>
    public static bool IsWritten(ReadOnlySpan<byte> name, string? type) => type switch
    {
        "output_text" or "reasoning_text" or "summary_text" => name.SequenceEqual("text"u8),
        "refusal" => name.SequenceEqual("refusal"u8),
        "function_call" or "mcp_call" or "mcp_approval_request" => name.SequenceEqual("arguments"u8),
        "custom_tool_call" => name.SequenceEqual("input"u8),
        "code_interpreter_call" => name.SequenceEqual("code"u8),
        _ => false,
    };

    /// <summary>The items that say which tool is used.</summary>
    public static bool IsToolUse(string? type) => type is "function_call" or "custom_tool_call" or "mcp_call" or "mcp_approval_request";

    /// <summary>Images and audio as base64.</summary>
    public static bool IsEncodedBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> raw) =>
        BodyString.IsEncodedBytes(name.SequenceEqual("result"u8) || name.SequenceEqual("partial_image_b64"u8) || name.SequenceEqual("audio"u8) ? "data"u8 : name, raw);

    /// <summary>Properties below which the names are the caller's.</summary>
    public static bool HoldsData(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("attributes"u8) || name.SequenceEqual("metadata"u8) || name.SequenceEqual("variables"u8) || name.SequenceEqual("parameters"u8) || name.SequenceEqual("schema"u8);

    /// <summary>Properties of a response that repeat the request.</summary>
    public static bool IsEcho(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("instructions"u8) || name.SequenceEqual("metadata"u8) || name.SequenceEqual("prompt"u8) || name.SequenceEqual("tools"u8) || name.SequenceEqual("text"u8)
        || name.SequenceEqual("tool_choice"u8) || name.SequenceEqual("input"u8) || name.SequenceEqual("user"u8);
}
