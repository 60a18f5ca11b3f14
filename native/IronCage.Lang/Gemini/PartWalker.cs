using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>Collects the texts of contents, part by part, and what of them cannot be read as text.</summary>
internal static class PartWalker
{
    /// <summary>Whether the name at the reader is this one, in either spelling.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> camel, ReadOnlySpan<byte> snake) => ReaderText.Is(ref reader, camel) || ReaderText.Is(ref reader, snake);

    /// <summary>A content: a text, or an object with a role and parts.</summary>
    public static void Content(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, request, default);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isParts = ReaderText.Is(ref reader, "parts"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (!isParts)
            {
                Any(ref reader, request, name);
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Part(ref reader, request);
            }
            else
            {
                Part(ref reader, request);
            }
        }
    }

    private static void Part(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, request, default);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isMedia = Is(ref reader, "inlineData"u8, "inline_data"u8);
            var isFile = Is(ref reader, "fileData"u8, "file_data"u8);
            var isCall = Is(ref reader, "functionCall"u8, "function_call"u8);
            var isResponse = Is(ref reader, "functionResponse"u8, "function_response"u8);
            var isSignature = Is(ref reader, "thoughtSignature"u8, "thought_signature"u8);
            var isKnown = isMedia || isFile || isCall || isResponse || Is(ref reader, "executableCode"u8, "executable_code"u8)
                || Is(ref reader, "codeExecutionResult"u8, "code_execution_result"u8) || Is(ref reader, "videoMetadata"u8, "video_metadata"u8)
                || Is(ref reader, "mediaResolution"u8, "media_resolution"u8) || Is(ref reader, "partMetadata"u8, "part_metadata"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if ((isMedia || isFile) && reader.TokenType == JsonTokenType.StartObject)
                Media(reader, request, isFile);
            if (!isKnown && reader.TokenType == JsonTokenType.StartObject)
            {
                request.UnboundedParts++;
                request.UnscannableParts++;
            }
            if (isSignature && reader.TokenType == JsonTokenType.String)
                request.AddUnchanged(ref reader);
            else if (isCall)
                Definition(ref reader, request);
            else if (isResponse && reader.TokenType == JsonTokenType.StartObject)
                Response(ref reader, request);
            else
                Any(ref reader, request, name);
        }
    }

    /// <summary>What a function gave back: data, and perhaps parts of its own.</summary>
    private static void Response(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = ReaderText.Is(ref reader, "parts"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isParts && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Part(ref reader, request);
            }
            else
            {
                Definition(ref reader, request);
            }
        }
    }

    /// <summary>What the bytes of a part are, by their type. By value: the caller's reader stays.</summary>
    private static void Media(Utf8JsonReader reader, GenerateContentRequest request, bool isFile)
    {
        var type = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = Is(ref reader, "mimeType"u8, "mime_type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                type = ReaderText.Read(ref reader) ?? "";
            reader.Skip();
        }
        request.UnscannableParts++;
        if (!isFile && type.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
        {
            request.Images++;
            return;
        }
        request.UnboundedParts++;
        request.SendsAudio |= !type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("application/pdf", StringComparison.OrdinalIgnoreCase); // a video has sound
    }

    /// <summary>What the model reads with all its structure counts as a whole; its texts must not count twice.</summary>
    public static void Definition(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        Any(ref reader, request, default, isData: true);
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }

    /// <summary>Requests inside a request: contents of a batch, or what is to be counted.</summary>
    public static void Nested(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Nested(ref reader, request);
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, request, default);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isContent = ReaderText.Is(ref reader, "content"u8) || Is(ref reader, "systemInstruction"u8, "system_instruction"u8);
            var isContents = ReaderText.Is(ref reader, "contents"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isContent)
            {
                request.Messages++;
                Content(ref reader, request);
            }
            else if (isContents && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    request.Messages++;
                    Content(ref reader, request);
                }
            }
            else
            {
                Any(ref reader, request, name);
            }
        }
    }

    /// <summary>Any value: every string is a text.</summary>
    /// <param name="reader">At the value; afterwards on its last token.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="name">The property.</param>
    /// <param name="isData">The caller's own structure, in which the names of the protocol mean nothing.</param>
    public static void Any(ref Utf8JsonReader reader, GenerateContentRequest request, ReadOnlySpan<byte> name, bool isData = false)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0 && (isData || !BodyString.IsEncodedBytes(name, reader.ValueSpan)):
                request.AddText(ref reader);
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
                    Any(ref reader, request, property, isData);
                }
                break;
        }
    }
}
