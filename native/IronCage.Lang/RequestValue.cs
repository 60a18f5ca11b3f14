using System.Text.Json;

namespace IronCage.Lang;

/// <summary>Values that requests of all protocols have. Each says what it should have been, or null when it is that.</summary>
internal static class RequestValue
{
    /// <summary>The model's name.</summary>
    public static string? Model(ref Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.ValueSpan.Length > BodyString.MaxModelName || ReaderText.Read(ref reader) is not { } model)
            return $"a string of at most {BodyString.MaxModelName} bytes";
        request.SetModel(model, ref reader);
        return null;
    }

    /// <summary>Whether the answer is to be streamed.</summary>
    public static string? Stream(ref Utf8JsonReader reader, LlmRequest request)
    {
        request.Stream = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.Null or JsonTokenType.True or JsonTokenType.False ? null : "a boolean";
    }

    /// <summary>A limit of the output. Of several, which one counts is the server's choice: the highest bounds them.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="request">Receives it.</param>
    /// <param name="field">The name of the field.</param>
    /// <param name="name">Where that stands, in protocols that have several; else the default.</param>
    public static string? Limit(ref Utf8JsonReader reader, LlmRequest request, string field, TextSpan name = default)
    {
        var place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
        if (reader.TokenType == JsonTokenType.Null)
        {
            request.NullLimits.Add((field, place));
            return null;
        }
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var limit) || limit is < 0 or > int.MaxValue)
            return "an integer from 0 to 2147483647";
        request.OutputLimitValues.Add(place);
        if (name != default)
            request.OutputLimitFields.Add((field, name));
        request.OutputLimit = request.OutputLimit is { } other ? Math.Max(other, limit) : limit;
        return null;
    }

    /// <summary>Null, or an array or object with nothing in it. By value: the caller's reader stays.</summary>
    public static bool IsEmpty(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.Read() && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject);
}
