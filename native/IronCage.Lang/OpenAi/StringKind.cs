namespace IronCage.Lang.OpenAi;

/// <summary>
/// What the strings of chat completions are, beyond <see cref="BodyString"/>.
/// </summary>
internal static class StringKind
{
    /// <summary>
    /// Strings that a model writes, which in a stream arrive piece by piece: all that is not known to be whole where it stands. What is whole is decided at once: holding its
    /// end back would only wait for a continuation that never comes.
    /// </summary>
    /// <param name="name">The property.</param>
    /// <param name="isWritten">Inside <c>delta</c> or <c>message</c>: what the model wrote, in fields of any name. Elsewhere only the known names are.</param>
    public static bool Grows(ReadOnlySpan<byte> name, bool isWritten) => isWritten ? !IsWhole(name) : name.Length switch
    {
        4 => name.SequenceEqual("text"u8),
        7 => name.SequenceEqual("content"u8) || name.SequenceEqual("refusal"u8) || name.SequenceEqual("summary"u8),
        8 => name.SequenceEqual("thinking"u8),
        9 => name.SequenceEqual("reasoning"u8) || name.SequenceEqual("arguments"u8),
        10 => name.SequenceEqual("transcript"u8),
        17 => name.SequenceEqual("reasoning_content"u8),
        _ => false,
    };

    private static bool IsWhole(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8),
        3 => name.SequenceEqual("url"u8),
        4 => name.SequenceEqual("role"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("name"u8) || name.SequenceEqual("data"u8),
        5 => name.SequenceEqual("title"u8),
        6 => name.SequenceEqual("status"u8) || name.SequenceEqual("format"u8) || name.SequenceEqual("object"u8),
        7 => name.SequenceEqual("call_id"u8),
        9 => name.SequenceEqual("signature"u8),
        12 => name.SequenceEqual("tool_call_id"u8),
        17 => name.SequenceEqual("encrypted_content"u8),
        _ => false,
    };

    /// <summary>The objects that say which tool is used, and with which arguments.</summary>
    public static bool IsToolUse(ReadOnlySpan<byte> name) => name.SequenceEqual("function"u8) || name.SequenceEqual("function_call"u8) || name.SequenceEqual("custom"u8);

    /// <summary>What a string is for.</summary>
    /// <param name="name">The property.</param>
    /// <param name="parent">The property that holds its object.</param>
    /// <param name="isWritten">Inside what the model wrote.</param>
    public static TextRole RoleOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> parent, bool isWritten)
    {
        if (!isWritten)
            return name.SequenceEqual("text"u8) && parent.SequenceEqual("choices"u8) ? TextRole.Answer : TextRole.Other;
        if (HoldsWriting(parent))
            return name.SequenceEqual("content"u8) || name.SequenceEqual("refusal"u8) ? TextRole.Answer : TextRole.Other;
        if (parent.SequenceEqual("content"u8))
            return name.SequenceEqual("text"u8) || name.SequenceEqual("refusal"u8) ? TextRole.Answer : TextRole.Other;
        if (parent.SequenceEqual("custom"u8))
            return name.SequenceEqual("input"u8) ? TextRole.ToolInput : TextRole.Other;
        return IsToolUse(parent) && name.SequenceEqual("arguments"u8) ? TextRole.ToolArguments : TextRole.Other;
    }

    /// <summary>The objects that hold what a model wrote.</summary>
    public static bool HoldsWriting(ReadOnlySpan<byte> name) => name.SequenceEqual("delta"u8) || name.SequenceEqual("message"u8);

    /// <summary>Properties of an answer that are about it, not of it.</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("id"u8) || name.SequenceEqual("model"u8) || name.SequenceEqual("object"u8) || name.SequenceEqual("created"u8) || name.SequenceEqual("system_fingerprint"u8)
        || name.SequenceEqual("obfuscation"u8);
}
