using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>Reads a whole message. A cut body gives what could be read up to the cut.</summary>
public static class MessagesAnswerReader
{
    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer);

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        var name = reader.ValueSpan;
        var isUsage = ReaderText.Is(ref reader, "usage"u8);
        reader.Read();
        if (!isUsage)
        {
            Walk(ref reader, offset, answer, name, type: null, isInput: false, tool: null);
            return;
        }
        var usage = MessagesUsage.Read(ref reader);
        answer.Usage = usage.ToWire();
        answer.HasExtraCharge = usage.HasExtraCharge;
    }

    private static void Walk(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, string? type, bool isInput, string? tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || (!isInput && AnswerString.IsOfProvider(name, type)) || BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    return;
                var text = BodyString.Place(ref reader, offset);
                (type == "thinking" && name.SequenceEqual("thinking"u8) ? answer.Signed : answer.Texts).Add(text);
                if (isInput || AnswerString.IsWritten(name))
                    answer.Contents.Add(text);
                if (isInput)
                    answer.Uses[text.Start] = new TextUse(TextRole.ToolInput, tool);
                else if (type == "text" && name.SequenceEqual("text"u8))
                    answer.Uses[text.Start] = new TextUse(TextRole.Answer);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, answer, name, type, isInput, tool);
                return;
            case JsonTokenType.StartObject:
                if (!isInput)
                {
                    type = ItemType.Of(reader);
                    tool = null;
                    if (AnswerString.IsToolUse(type))
                        tool = answer.AddToolCall(reader, offset);
                }
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Walk(ref reader, offset, answer, property, type, isInput || property.SequenceEqual("input"u8), tool);
                }
                return;
        }
    }
}
