using System.Text.Json;

namespace IronCage.Lang;

/// <summary>The body of a whole answer, in whatever protocol: one JSON object, perhaps with numbers that JSON does not have. A cut body gives what could be read up to the cut.</summary>
internal static class AnswerBody
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    /// <param name="body">The body.</param>
    /// <param name="read">Reads a property.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="isArray">It may be an array of such objects, too, of which each goes on where the one before ended.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, AnswerPropertyReader read, out LlmAnswer answer, bool isArray = false)
    {
        if (TryReadStrictly(body, read, isArray, out answer))
            return true;
        return NonFinite.Blank(body) is { } finite && TryReadStrictly(finite, read, isArray, out answer);
    }

    private static bool TryReadStrictly(ReadOnlySpan<byte> body, AnswerPropertyReader read, bool isArray, out LlmAnswer answer)
    {
        answer = new LlmAnswer();
        var offset = body.StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            var reader = new Utf8JsonReader(body[offset..], Options);
            if (!reader.Read())
                return false;
            isArray &= reader.TokenType == JsonTokenType.StartArray;
            if (isArray)
                reader.Read();
            do
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    return false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    read(ref reader, offset, answer);
                if (reader.TokenType != JsonTokenType.EndObject)
                    return false;
            }
            while (isArray && reader.Read() && reader.TokenType != JsonTokenType.EndArray);
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
