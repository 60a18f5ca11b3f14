using System.Text;
using System.Text.Json;

namespace IronCage.Lang;

/// <summary>The envelope that requests of all protocols share: one JSON object, whose known fields stand in it at most once.</summary>
/// <typeparam name="TField">The fields; its first is any other. Their names in the body are their own with underscores: MaxTokens is <c>max_tokens</c>.</typeparam>
internal static class RequestFields<TField>
    where TField : struct, Enum
{
    private static readonly TField[] Fields = Enum.GetValues<TField>();
    private static readonly string[] Names = [.. Fields.Select(field => JsonNamingPolicy.SnakeCaseLower.ConvertName(field.ToString()))];
    private static readonly byte[][] Utf8Names = [.. Names.Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[][] CamelNames = [.. Fields.Select(field => Encoding.UTF8.GetBytes(JsonNamingPolicy.CamelCase.ConvertName(field.ToString())))];

    /// <summary>Reads one field of a request.</summary>
    /// <param name="reader">At the value; afterwards on its last token.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="field">Which it is.</param>
    /// <param name="name">Where its name stands in the body.</param>
    /// <returns>What the value should have been; null when it is that.</returns>
    public delegate string? FieldReader<in TRequest>(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, TRequest request, TField field, TextSpan name);

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="read">Reads a field.</param>
    /// <param name="problem">Why not.</param>
    /// <param name="isCamel">The protocol takes names in camel case, too (maxTokens), as the same fields.</param>
    /// <param name="isSnake">It takes those with underscores.</param>
    public static bool TryRead<TRequest>(ReadOnlySpan<byte> body, TRequest request, FieldReader<TRequest> read, out string problem, bool isCamel = false, bool isSnake = true)
        where TRequest : LlmRequest
    {
        problem = "";
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = BodyString.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                problem = "the body is not a JSON object";
                return false;
            }
            request.BodyStart = (int)reader.TokenStartIndex + 1;
            var seen = 0UL;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var which = Find(ref reader, isCamel, isSnake);
                if (which == 0)
                    request.AddTellingName(ref reader);
                if (which > 0 && (seen & (1UL << which)) != 0)
                {
                    // Parsers disagree on which of two equal keys counts: nobody can say what this request would cost.
                    problem = $"the body has the key \"{NameOf(which, isSnake)}\" twice";
                    return false;
                }
                seen |= 1UL << which;
                var name = BodyString.Place(ref reader);
                reader.Read();
                if (read(ref reader, body, request, Fields[which], name) is { } accepted)
                {
                    problem = $"\"{NameOf(which, isSnake)}\" is not {accepted}";
                    return false;
                }
            }
            if (reader.Read()) // what follows the object would be an error that Read reports
                problem = "the body has something after its JSON object";
        }
        catch (JsonException)
        {
            problem = "the body is not valid JSON, or is nested deeper than 256 levels";
            return false;
        }
        if (problem.Length == 0 && request.Model.Length == 0)
            problem = "the body names no model";
        return problem.Length == 0;
    }

    private static string NameOf(int field, bool isSnake) => isSnake ? Names[field] : Encoding.UTF8.GetString(CamelNames[field]);

    private static int Find(ref Utf8JsonReader reader, bool isCamel, bool isSnake)
    {
        for (var i = 1; i < Utf8Names.Length; i++)
        {
            if ((isSnake && ReaderText.Is(ref reader, Utf8Names[i])) || (isCamel && ReaderText.Is(ref reader, CamelNames[i])))
                return i;
        }
        return 0;
    }
}
