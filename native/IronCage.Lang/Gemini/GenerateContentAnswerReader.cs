using System.Text.Json;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Gemini;

/// <summary>Reads a whole answer, or the array of all chunks of one that was streamed without events. A cut body gives what could be read up to the cut.</summary>
public static class GenerateContentAnswerReader
{
    /// <summary>Reads; false when the body is not (or not wholly) one JSON value, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer, isArray: true);

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        var name = reader.ValueSpan;
        var isUsage = ReaderText.Is(ref reader, "usageMetadata"u8);
        reader.Read();
        if (isUsage)
        {
            answer.Usage = UsageWalker.Read<GenerateContentUsage>(ref reader) ?? answer.Usage;
            return;
        }
        if (name.SequenceEqual("modelVersion"u8))
            answer.Model ??= ChatResponseReader.ModelName(reader);
        if (name.SequenceEqual("candidates"u8) && reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Candidate(ref reader, offset, answer);
        }
        else
        {
            Any(ref reader, offset, answer, name);
        }
    }

    private static void Candidate(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, offset, answer, default);
            return;
        }
        var candidate = AnswerPart.Index(reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            answer.HasExtraCharge |= AnswerPart.IsGrounding(name) && reader.TokenType == JsonTokenType.StartObject;
            if (name.SequenceEqual("content"u8) && reader.TokenType == JsonTokenType.StartObject)
                Content(ref reader, offset, answer, candidate);
            else
                Any(ref reader, offset, answer, name);
        }
    }

    private static void Content(ref Utf8JsonReader reader, int offset, LlmAnswer answer, long candidate)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("parts"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Part(ref reader, offset, answer, candidate);
            }
            else
            {
                Any(ref reader, offset, answer, name);
            }
        }
    }

    private static void Part(ref Utf8JsonReader reader, int offset, LlmAnswer answer, long candidate)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Any(ref reader, offset, answer, default);
            return;
        }
        var isThought = AnswerPart.IsThought(reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("text"u8) && reader.TokenType == JsonTokenType.String)
            {
                if (reader.ValueSpan.Length > 0)
                    AddPiece(ref reader, offset, answer, candidate, isThought);
            }
            else if (AnswerPart.IsCall(name))
            {
                answer.AddToolInput(ref reader, offset, answer.AddToolCall(reader, offset) ?? "");
            }
            else
            {
                if (AnswerPart.IsCode(name))
                    answer.AddToolCall(reader, offset, AnswerPart.CodeTool);
                Any(ref reader, offset, answer, name);
            }
        }
    }

    /// <summary>A candidate says one text in all its parts, and in all chunks; its thoughts are another.</summary>
    private static void AddPiece(ref Utf8JsonReader reader, int offset, LlmAnswer answer, long candidate, bool isThought)
    {
        var piece = BodyString.Place(ref reader, offset);
        answer.Contents.Add(piece);
        answer.RunOf(2 * candidate + (isThought ? 1 : 0), new TextUse(isThought ? TextRole.Other : TextRole.Answer)).Add(piece);
    }

    /// <summary>Any other value: every string is a text.</summary>
    private static void Any(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !AnswerPart.IsEnvelope(name, reader.ValueSpan) && !BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    answer.Texts.Add(BodyString.Place(ref reader, offset));
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Any(ref reader, offset, answer, name);
                return;
            case JsonTokenType.StartObject:
                if (AnswerPart.IsLogProbabilities(name))
                {
                    var from = offset + (int)reader.TokenStartIndex;
                    reader.Skip();
                    answer.LogProbabilities.Add(from..(offset + (int)reader.BytesConsumed));
                    return;
                }
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Any(ref reader, offset, answer, property);
                }
                return;
        }
    }
}
