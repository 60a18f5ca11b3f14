using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>Collects the texts of messages, block by block, and what of them cannot be read as text.</summary>
internal static class BlockWalker
{
    private enum Kind
    {
        Unknown,

        /// <summary>Strings and blocks of a known kind, all of which are texts.</summary>
        Texts,
        Image,
        Document,
        Thinking,
        RedactedThinking,

        /// <summary>A file that the body only names.</summary>
        File,
    }

    private static readonly byte[][] TextKinds =
    [
        .. new[]
        {
            "text", "tool_use", "tool_result", "search_result", "mid_conv_system", "tool_reference", "tool_addition", "tool_removal", "server_tool_use", "mcp_tool_use",
            "mcp_tool_result", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result", "bash_code_execution_tool_result",
            "text_editor_code_execution_tool_result", "tool_search_tool_result", "advisor_tool_result", "fallback", "compaction",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    /// <summary>An element of <c>messages</c>.</summary>
    public static void Message(ref Utf8JsonReader reader, MessagesRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, request, default, isData: false);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isContent = ReaderText.Is(ref reader, "content"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isContent)
                Content(ref reader, request, counts: true);
            else
                Any(ref reader, request, name, isData: false);
        }
    }

    /// <summary>A string, a block or an array of blocks.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="counts">A block of an unknown kind may hold anything: its size cannot be told.</param>
    public static void Content(ref Utf8JsonReader reader, MessagesRequest request, bool counts)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Content(ref reader, request, counts);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            Block(ref reader, request, counts);
        }
        else
        {
            Any(ref reader, request, default, isData: false);
        }
    }

    private static void Block(ref Utf8JsonReader reader, MessagesRequest request, bool counts)
    {
        var kind = Peek(reader, out var signed);
        if (kind == Kind.Image)
            request.Images++;
        if (kind is Kind.Image or Kind.File || (kind == Kind.Unknown && counts))
            request.UnscannableParts++;
        if (kind == Kind.File || (kind == Kind.Unknown && counts))
            request.UnboundedParts++;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isCache = ReaderText.Is(ref reader, "cache_control"u8);
            var isContent = ReaderText.Is(ref reader, "content"u8);
            var isSource = ReaderText.Is(ref reader, "source"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isCache)
                Cache(reader, request);
            if (reader.TokenType == JsonTokenType.String && IsOfProvider(name, kind))
                request.AddUnchanged(ref reader);
            else if (reader.TokenType == JsonTokenType.String && signed && name.SequenceEqual("thinking"u8))
                request.AddText(ref reader, request.Signed);
            else if (isContent)
                Content(ref reader, request, counts && kind != Kind.Unknown && !IsServerResult(reader));
            else if (isSource && kind is Kind.Image or Kind.Document && reader.TokenType == JsonTokenType.StartObject)
                Source(ref reader, request, kind);
            else if (name.SequenceEqual("input"u8))
                Input(ref reader, request);
            else
                Any(ref reader, request, name, isData: false);
        }
    }

    /// <summary>The input of a tool is read by the model with all its structure, and so it counts as a whole.</summary>
    public static void Input(ref Utf8JsonReader reader, LlmRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        Any(ref reader, request, default, isData: true);
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }

    /// <summary>Results of the provider's own tools hold objects with types that are no blocks. By value: the caller's reader stays.</summary>
    private static bool IsServerResult(Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            reader.Read();
        return reader.TokenType == JsonTokenType.StartObject && ItemType.Of(reader) is { } type && (type.EndsWith("_result", StringComparison.Ordinal) || type.EndsWith("_error", StringComparison.Ordinal));
    }

    /// <summary>What the provider wrote, signed or encrypted, and must get back unchanged.</summary>
    private static bool IsOfProvider(ReadOnlySpan<byte> name, Kind kind) =>
        name.SequenceEqual("signature"u8) || name.StartsWith("encrypted_"u8) || (kind == Kind.RedactedThinking && name.SequenceEqual("data"u8));

    private static void Source(ref Utf8JsonReader reader, MessagesRequest request, Kind kind)
    {
        var type = ItemType.Of(reader);
        var isText = kind == Kind.Document && type is "text" or "content";
        if (kind == Kind.Document && !isText)
        {
            request.UnboundedParts++;
            request.UnscannableParts++;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isContent = ReaderText.Is(ref reader, "content"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isContent)
                Content(ref reader, request, counts: true);
            else if (reader.TokenType == JsonTokenType.String && !isText && BodyString.IsEncodedBytes(name, reader.ValueSpan))
                continue; // bounded as an image, or by the window
            else if (reader.TokenType == JsonTokenType.String && isText)
                request.AddText(ref reader);
            else
                Any(ref reader, request, name, isData: false);
        }
    }

    /// <summary>The <c>cache_control</c> at the reader. By value: the caller's reader stays.</summary>
    public static void Cache(Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        var caching = PromptCaching.Short;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLifetime = ReaderText.Is(ref reader, "ttl"u8);
            reader.Read();
            if (isLifetime && reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "1h"u8))
                caching = PromptCaching.Hour;
            else if (isLifetime && reader.TokenType != JsonTokenType.Null && !(reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "5m"u8)))
                request.UnpricedFeature ??= "this cache lifetime";
            reader.Skip();
        }
        request.Caching = (PromptCaching)Math.Max((int)request.Caching, (int)caching);
    }

    /// <summary>Any value: every string is a text.</summary>
    /// <param name="reader">At the value; afterwards on its last token.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="name">The property.</param>
    /// <param name="isData">The caller's own structure, in which the names of the protocol mean nothing.</param>
    public static void Any(ref Utf8JsonReader reader, LlmRequest request, ReadOnlySpan<byte> name, bool isData)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0:
                request.AddText(ref reader, BodyString.IsEncodedBytes(name, reader.ValueSpan) ? request.Opaque : request.Texts);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Any(ref reader, request, name, isData);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    request.AddTellingName(ref reader);
                    reader.Read();
                    if (!isData && reader.TokenType == JsonTokenType.String && property.StartsWith("encrypted_"u8))
                        request.AddUnchanged(ref reader);
                    else
                        Any(ref reader, request, property, isData);
                }
                break;
        }
    }

    /// <summary>What kind of block begins at the reader. By value: the caller's reader stays.</summary>
    private static Kind Peek(Utf8JsonReader reader, out bool signed)
    {
        signed = false;
        var kind = Kind.Unknown;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = ReaderText.Is(ref reader, "type"u8);
            var isSignature = ReaderText.Is(ref reader, "signature"u8);
            reader.Read();
            if (isType)
                kind = KindOf(ref reader);
            signed |= isSignature && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            if (kind != Kind.Thinking ? isType : signed)
                break;
            reader.Skip();
        }
        signed &= kind == Kind.Thinking;
        return kind;
    }

    private static Kind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return Kind.Unknown;
        foreach (var known in TextKinds)
        {
            if (ReaderText.Is(ref reader, known))
                return Kind.Texts;
        }
        return ReaderText.Is(ref reader, "image"u8) ? Kind.Image
            : ReaderText.Is(ref reader, "document"u8) ? Kind.Document
            : ReaderText.Is(ref reader, "thinking"u8) ? Kind.Thinking
            : ReaderText.Is(ref reader, "redacted_thinking"u8) ? Kind.RedactedThinking
            : ReaderText.Is(ref reader, "container_upload"u8) ? Kind.File
            : Kind.Unknown;
    }
}
