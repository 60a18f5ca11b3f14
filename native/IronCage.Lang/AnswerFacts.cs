using System.Text;
using System.Text.Json;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang;

/// <summary>
/// What an answer says of itself beside its texts and its usage: how it is called, and why it ended. Read for telemetry alone, from the whole answer or from each event of a stream,
/// in any protocol: the places are few, and none of them has another meaning elsewhere.
/// </summary>
public sealed class AnswerFacts
{
    /// <summary>More choices than anybody asks for.</summary>
    private const int MostReasons = 128;

    private const int LongestReason = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly List<string> _reasons = [];

    /// <summary>The provider's identifier of the answer; null where it tells none.</summary>
    public string? Id { get; private set; }

    /// <summary>Why each choice ended, in the provider's own words, in order of arrival.</summary>
    public IReadOnlyList<string> FinishReasons => _reasons;

    /// <summary>Reads a whole answer, or the data of an event. What is no JSON, or is cut, gives what could be read.</summary>
    public void Read(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\uFEFF"u8))
            json = json[3..];
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read())
                return;
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                Object(ref reader, isTop: true);
                return;
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) // a stream of Gemini's that came as an array
                Object(ref reader, isTop: true);
        }
        catch (JsonException)
        {
            // It is for others to say what to make of such an answer.
        }
    }

    private void Object(ref Utf8JsonReader reader, bool isTop)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("id"u8) || name.SequenceEqual("responseId"u8))
                Id ??= ChatResponseReader.ModelName(reader);
            else if (IsReason(name))
                AddReason(reader);
            else if (isTop && reader.TokenType == JsonTokenType.StartObject && (name.SequenceEqual("message"u8) || name.SequenceEqual("response"u8) || name.SequenceEqual("delta"u8)))
                Object(ref reader, isTop: false);
            else if (isTop && reader.TokenType == JsonTokenType.StartArray && (name.SequenceEqual("choices"u8) || name.SequenceEqual("candidates"u8)))
                Choices(ref reader);
            else
                reader.Skip();
        }
    }

    private void Choices(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isReason = IsReason(reader.ValueSpan);
                reader.Read();
                if (isReason)
                    AddReason(reader);
                reader.Skip();
            }
        }
    }

    private static bool IsReason(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("finish_reason"u8) || name.SequenceEqual("finishReason"u8) || name.SequenceEqual("stop_reason"u8) || name.SequenceEqual("stopReason"u8) || name.SequenceEqual("done_reason"u8);

    /// <summary>A word alone is a reason: whatever else stands there may be anything.</summary>
    private void AddReason(in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.Length is 0 or > LongestReason || _reasons.Count == MostReasons)
            return;
        foreach (var b in reader.ValueSpan)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'-'))
                return;
        }
        _reasons.Add(Encoding.ASCII.GetString(reader.ValueSpan));
    }
}
