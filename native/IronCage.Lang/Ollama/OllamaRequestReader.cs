using System.Text;
using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Ollama.OllamaRequestReader.Field>;

namespace IronCage.Lang.Ollama;

/// <summary>Reads a request to Ollama's own API (chat, generate, embed, embeddings) in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class OllamaRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Messages,
        Prompt,
        Input,
        Images,
        Tools,
        Format,
        Options,
        Stream,
        Context,
    }

    private static readonly string[] Names = ["model", "messages", "prompt", "input", "images", "tools", "format", "options", "stream", "context"];

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out OllamaRequest request, out string problem)
    {
        request = new OllamaRequest();
        if (!Fields.TryRead(body, request, ReadField, out problem))
            return false;
        if (request.HasOtherSpelling)
            problem = "the body has a key of this API with other letters in capitals, which the server takes for the same";
        return problem.Length == 0;
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, OllamaRequest request, Field field, TextSpan name)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Stream:
                request.Stream = reader.TokenType != JsonTokenType.False;
                return reader.TokenType is JsonTokenType.Null or JsonTokenType.True or JsonTokenType.False ? null : "a boolean";
            case Field.Messages when !isNull:
                return ReadMessages(ref reader, request) ? null : "an array";
            case Field.Prompt when !isNull:
                request.Messages++;
                break;
            case Field.Input when !isNull:
                return TokenInput.Read(ref reader, body, request) ? null : TokenInput.Accepted;
            case Field.Context when reader.TokenType == JsonTokenType.StartArray:
                return TokenInput.Read(ref reader, body, request) ? null : "an array of token numbers from 0 to 2147483647"; // an earlier conversation
            case Field.Images when !isNull:
                ReadImages(ref reader, request);
                return null;
            case Field.Options when isNull:
                request.SetNullOptions(start..(int)reader.BytesConsumed);
                return null;
            case Field.Options:
                return reader.TokenType == JsonTokenType.StartObject ? ReadOptions(ref reader, request) : "an object";
            case Field.Tools when reader.TokenType == JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    request.Tools++;
                    Any(ref reader, request, default);
                }
                request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
                return null;
            case Field.Format when !isNull:
                Any(ref reader, request, default);
                request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
                return null;
            case Field.Other:
                request.HasOtherSpelling |= IsOtherSpelling(body[name.Start..name.End], name.Escaped);
                break;
        }
        Any(ref reader, request, body[name.Start..name.End]);
        return null;
    }

    /// <summary>The server is written in Go, whose names of fields are the same in capitals.</summary>
    private static bool IsOtherSpelling(ReadOnlySpan<byte> name, bool isEscaped)
    {
        if (isEscaped)
            return true; // nobody writes these names so
        foreach (var known in Names)
        {
            if (Ascii.EqualsIgnoreCase(name, known))
                return true;
        }
        // Go folds two letters beyond ASCII, too: the Kelvin sign and the long s.
        return name.IndexOf("\u212A"u8) >= 0 || name.IndexOf("\u017F"u8) >= 0;
    }

    private static bool ReadMessages(ref Utf8JsonReader reader, OllamaRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = request.Messages;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            Any(ref reader, request, default);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == others);
        return true;
    }

    /// <summary>Texts under a value. Calls of tools count with their structure, which the model reads.</summary>
    private static void Any(ref Utf8JsonReader reader, OllamaRequest request, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0)
                    request.AddText(ref reader);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Any(ref reader, request, name);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    var isImages = ReaderText.Is(ref reader, "images"u8);
                    var isCalls = ReaderText.Is(ref reader, "tool_calls"u8);
                    request.AddTellingName(ref reader);
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    var textsBefore = request.TextBytes;
                    if (isImages && name.IsEmpty)
                        ReadImages(ref reader, request);
                    else
                        Any(ref reader, request, property);
                    if (isCalls && name.IsEmpty)
                        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
                }
                return;
        }
    }

    /// <summary>Images as base64; what is no encoding is a text, for it could be read on its way.</summary>
    private static void ReadImages(ref Utf8JsonReader reader, OllamaRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Any(ref reader, request, default);
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Images++;
            request.UnscannableParts++;
            if (reader.TokenType != JsonTokenType.String || !BodyString.IsEncodedBytes("data"u8, reader.ValueSpan))
                Any(ref reader, request, default);
        }
    }

    /// <summary>The output limit, where it is one: 0 and less are none to the server.</summary>
    private static string? ReadOptions(ref Utf8JsonReader reader, OllamaRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var isEmpty = true;
        var isOpen = false;
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var name = reader.ValueSpan;
            var isLimit = ReaderText.Is(ref reader, "num_predict"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (!isLimit)
            {
                Any(ref reader, request, name);
                continue;
            }
            request.OutputLimitValues.Add((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var limit) && limit <= int.MaxValue)
            {
                isOpen |= limit <= 0;
                request.OutputLimit = Math.Max(request.OutputLimit ?? 0, limit);
            }
            else if (reader.TokenType == JsonTokenType.Null)
            {
                isOpen = true;
            }
            else
            {
                wrong = "an object whose num_predict is an integer up to 2147483647";
                reader.Skip();
            }
        }
        if (isOpen)
            request.OutputLimit = null;
        request.SetOptions(start, isEmpty);
        return wrong;
    }
}
