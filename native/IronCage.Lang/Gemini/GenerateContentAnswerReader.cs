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
                Walk(ref reader, offset, answer, name, isPart: false, AnswerPart.Index(reader), tool: null);
            return;
        }
        Walk(ref reader, offset, answer, name, isPart: false, candidate: -1, tool: null);
    }

    /// <param name="reader">At the value.</param>
    /// <param name="offset">Where the reader began in the body.</param>
    /// <param name="answer">Receives what is found.</param>
    /// <param name="name">The property.</param>
    /// <param name="isPart">It is an element of a candidate's parts.</param>
    /// <param name="candidate">Whose it is; −1: nobody's.</param>
    /// <param name="tool">Whose arguments it is of; null: of none.</param>
    private static void Walk(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, bool isPart, long candidate, string? tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !AnswerPart.IsEnvelope(name) && !BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    Add(ref reader, offset, answer, tool is null ? default : new TextUse(TextRole.ToolInput, tool), isWritten: tool is not null);
                return;
            case JsonTokenType.StartArray:
                var isParts = candidate >= 0 && name.SequenceEqual("parts"u8);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, answer, name, isParts, candidate, tool);
                return;
            case JsonTokenType.StartObject:
                var isThought = isPart && AnswerPart.IsThought(reader);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    answer.HasExtraCharge |= candidate >= 0 && AnswerPart.IsGrounding(property) && reader.TokenType == JsonTokenType.StartObject;
                    if (isPart && property.SequenceEqual("text"u8) && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0)
                        AddPiece(ref reader, offset, answer, candidate, isThought);
                    else
                        Walk(ref reader, offset, answer, property, isPart: false, candidate, isPart && AnswerPart.IsCall(property) ? ToolName.Of(reader) ?? "" : tool);
                }
                return;
        }
    }

    /// <summary>A candidate says one text in all its parts, and in all chunks; its thoughts are another.</summary>
    private static void AddPiece(ref Utf8JsonReader reader, int offset, LlmAnswer answer, long candidate, bool isThought)
    {
        var piece = BodyString.Place(ref reader, offset);
        answer.Contents.Add(piece);
        answer.RunOf(2 * candidate + (isThought ? 1 : 0), new TextUse(isThought ? TextRole.Other : TextRole.Answer)).Add(piece);
    }

    private static void Add(ref Utf8JsonReader reader, int offset, LlmAnswer answer, TextUse use, bool isWritten)
    {
        var text = BodyString.Place(ref reader, offset);
        answer.Texts.Add(text);
        if (isWritten)
            answer.Contents.Add(text);
        if (use.Role != TextRole.Other)
            answer.Uses[text.Start] = use;
    }
}
