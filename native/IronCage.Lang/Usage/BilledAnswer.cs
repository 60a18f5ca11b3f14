using System.Text.Json;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Usage;

/// <summary>What a whole answer of any API says it used: for answers that did not pass through a protected call.</summary>
/// <param name="Api">How it tells it.</param>
/// <param name="Model">The model that answered; null where it is not told, or told by a name with other than plain characters.</param>
/// <param name="Usage">What it used.</param>
/// <param name="HasExtraCharge">As <see cref="LlmAnswer.HasExtraCharge"/>.</param>
public sealed record BilledAnswer(UsageApi Api, string? Model, WireUsage Usage, bool HasExtraCharge)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    /// <summary>
    /// Reads a whole answer; the event that ends a streamed one (Responses: response.completed; Gemini: the last chunk, or the array of all of them; Bedrock: metadata; Ollama: the
    /// last line); or a usage object that was cut out of one.
    /// </summary>
    /// <param name="body">One JSON value in UTF-8.</param>
    /// <param name="api">How it tells its usage; null: by its shape.</param>
    /// <param name="answer">What it says; null when the answer is not true.</param>
    /// <param name="problem">Why not, in one line without content of the body.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, UsageApi? api, out BilledAnswer? answer, out string problem)
    {
        answer = null;
        problem = "is no JSON";
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];
        var found = default(AnswerShape);
        try
        {
            if (!TryWalk(body, ref found))
            {
                if (NonFinite.Blank(body) is not { } finite)
                    return false;
                body = finite;
                found = default;
                if (!TryWalk(body, ref found))
                    return false;
            }
        }
        catch (JsonException)
        {
            return false;
        }
        problem = "tells no usage, or an impossible one";
        if ((api ?? found.Api) is not { } spoken || found.Read(spoken) is not { } usage)
            return false;
        answer = new BilledAnswer(spoken, found.Model, usage with { Searches = usage.Searches + found.Searches }, found.HasExtraCharge);
        return true;
    }

    private static bool TryWalk(ReadOnlySpan<byte> body, ref AnswerShape found)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    found.Take(ref reader);
            }
            else
            {
                found.Take(ref reader);
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
