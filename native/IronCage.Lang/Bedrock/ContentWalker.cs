using System.Buffers;
using System.Text.Json;
using IronCage.Lang.Anthropic;

namespace IronCage.Lang.Bedrock;

/// <summary>Collects the texts of messages, block by block, and what of them cannot be read as text. A block is an object with one member, whose name says what it is.</summary>
internal static class ContentWalker
{
    private static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\"u8);

    /// <summary>An element of <c>messages</c>.</summary>
    public static void Message(ref Utf8JsonReader reader, ConverseRequest request)
    {
        var (isOfUser, end, isEmpty) = (false, -1, true);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            BlockWalker.Any(ref reader, request, default, isData: true);
            request.EndMessage(false, -1, true);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = ReaderText.Is(ref reader, "content"u8);
            var isRole = ReaderText.Is(ref reader, "role"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isRole)
                isOfUser = reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "user"u8);
            if (!isContent)
            {
                BlockWalker.Any(ref reader, request, default, isData: true);
                continue;
            }
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            isEmpty = RequestValue.IsEmpty(reader);
            Content(ref reader, request);
            end = isArray ? (int)reader.TokenStartIndex : -1;
        }
        request.EndMessage(isOfUser, end, isEmpty);
    }

    /// <summary>An array of blocks, or a block.</summary>
    public static void Content(ref Utf8JsonReader reader, ConverseRequest request)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Content(ref reader, request);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            Block(ref reader, request);
        }
        else
        {
            BlockWalker.Any(ref reader, request, default, isData: true);
        }
    }

    private static void Block(ref Utf8JsonReader reader, ConverseRequest request)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            request.AddTellingName(ref reader);
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                BlockWalker.Any(ref reader, request, default, isData: true);
            else if (name.SequenceEqual("toolUse"u8))
                Members(ref reader, request, Part.ToolUse);
            else if (name.SequenceEqual("toolResult"u8))
                Members(ref reader, request, Part.ToolResult);
            else if (name.SequenceEqual("guardContent"u8))
                Members(ref reader, request, Part.Guarded);
            else if (name.SequenceEqual("reasoningContent"u8))
                Reasoning(ref reader, request);
            else if (name.SequenceEqual("json"u8) || name.SequenceEqual("toolAddition"u8) || name.SequenceEqual("toolRemoval"u8))
                BlockWalker.Input(ref reader, request);
            else if (name.SequenceEqual("text"u8) || name.SequenceEqual("citationsContent"u8) || name.SequenceEqual("searchResult"u8))
                BlockWalker.Any(ref reader, request, default, isData: true);
            else if (name.SequenceEqual("cachePoint"u8))
                CachePoint(ref reader, request);
            else if (name.SequenceEqual("image"u8))
                Image(ref reader, request);
            else if (name.SequenceEqual("document"u8) && IsTextFormat(reader))
                Members(ref reader, request, Part.TextDocument);
            else
                Unreadable(ref reader, request, name);
        }
    }

    private enum Part
    {
        ToolUse,
        ToolResult,
        Guarded,
        TextDocument,
        Source,
    }

    private static void Members(ref Utf8JsonReader reader, ConverseRequest request, Part part)
    {
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                BlockWalker.Any(ref reader, request, default, isData: true); // an array where none belongs
                continue;
            }
            var name = reader.ValueSpan;
            request.AddTellingName(ref reader);
            reader.Read();
            if (part == Part.ToolUse && name.SequenceEqual("input"u8))
                BlockWalker.Input(ref reader, request);
            else if (part == Part.ToolResult && name.SequenceEqual("content"u8))
                Content(ref reader, request);
            else if (part == Part.Guarded && name.SequenceEqual("image"u8))
                Image(ref reader, request);
            else if (part == Part.TextDocument && name.SequenceEqual("source"u8) && reader.TokenType == JsonTokenType.StartObject)
                Members(ref reader, request, Part.Source);
            else if (part == Part.Source && !(name.SequenceEqual("bytes"u8) && reader.TokenType == JsonTokenType.String && request.TryAddEncodedText(ref reader)))
                Source(ref reader, request, name);
            else if (part != Part.Source)
                BlockWalker.Any(ref reader, request, default, isData: true);
        }
    }

    /// <summary>Where a document of texts stands: in the body, or elsewhere.</summary>
    private static void Source(ref Utf8JsonReader reader, ConverseRequest request, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("text"u8) || name.SequenceEqual("content"u8))
            BlockWalker.Any(ref reader, request, default, isData: true);
        else
            Unreadable(ref reader, request, name);
    }

    /// <summary>What the model thought: signed as a rule, and then refused when it comes back changed.</summary>
    private static void Reasoning(ref Utf8JsonReader reader, ConverseRequest request)
    {
        var signed = IsSigned(reader);
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = reader.ValueSpan;
            request.AddTellingName(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length == 0)
                continue;
            if (name.SequenceEqual("signature"u8) || name.SequenceEqual("redactedContent"u8))
                request.AddUnchanged(ref reader);
            else
                request.AddText(ref reader, signed ? request.Signed : null);
        }
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static bool IsSigned(Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !ReaderText.Is(ref reader, "signature"u8))
                continue;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
                return true;
        }
        return false;
    }

    private static void CachePoint(ref Utf8JsonReader reader, ConverseRequest request)
    {
        BlockWalker.Cache(reader, request);
        BlockWalker.Any(ref reader, request, default, isData: true);
    }

    private static void Image(ref Utf8JsonReader reader, ConverseRequest request)
    {
        request.Images++;
        request.UnscannableParts++;
        Media(ref reader, request, default);
    }

    /// <summary>Documents that are not text, videos, sound, what lies at another service, and what is not known here.</summary>
    private static void Unreadable(ref Utf8JsonReader reader, ConverseRequest request, ReadOnlySpan<byte> name)
    {
        request.UnboundedParts++;
        request.UnscannableParts++;
        request.SendsAudio |= name.SequenceEqual("audio"u8);
        Media(ref reader, request, name);
    }

    /// <summary>Strings beside encoded bytes are texts.</summary>
    private static void Media(ref Utf8JsonReader reader, ConverseRequest request, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0 && !(name.SequenceEqual("bytes"u8) && !reader.ValueSpan.ContainsAnyExcept(Base64)):
                request.AddText(ref reader);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Media(ref reader, request, name);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    request.AddTellingName(ref reader);
                    reader.Read();
                    Media(ref reader, request, property);
                }
                break;
        }
    }

    /// <summary>Whether the document at the reader is of a format that is text. By value: the caller's reader stays.</summary>
    private static bool IsTextFormat(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        var (isText, isTold, isOther) = (false, false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFormat = ReaderText.Is(ref reader, "format"u8);
            reader.Read();
            if (isFormat && reader.TokenType == JsonTokenType.String)
            {
                isTold = true;
                isText = ReaderText.Is(ref reader, "txt"u8) || ReaderText.Is(ref reader, "md"u8) || ReaderText.Is(ref reader, "csv"u8) || ReaderText.Is(ref reader, "html"u8);
                isOther |= !isText;
            }
            reader.Skip();
        }
        return !isTold || !isOther; // without a format a source is text, or blocks of it
    }
}
