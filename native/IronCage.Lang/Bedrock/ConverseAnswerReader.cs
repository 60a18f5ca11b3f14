using System.Text.Json;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads a whole answer. A cut body gives what could be read up to the cut.</summary>
public static class ConverseAnswerReader
{
    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer);

    private enum Part
    {
        Other,
        Output,
        Message,
        Content,
        ToolUse,
        Reasoning,
        Citations,
    }

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        var name = reader.ValueSpan;
        reader.Read();
        answer.HasExtraCharge |= ConverseText.IsExtra(name, reader);
        if (name.SequenceEqual("usage"u8))
            answer.Usage = UsageWalker.Read<ConverseUsage>(ref reader);
        else
            Walk(ref reader, offset, answer, name, name.SequenceEqual("output"u8) ? Part.Output : Part.Other, null);
    }

    private static void Walk(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, Part part, string? tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !ConverseText.IsEnvelope(name, reader.ValueSpan))
                    Add(ref reader, offset, answer, name, part);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, answer, name, part, tool);
                return;
            case JsonTokenType.StartObject:
                if (part == Part.ToolUse)
                    tool = answer.AddToolCall(reader, offset);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (part == Part.ToolUse && property.SequenceEqual("input"u8))
                        answer.AddToolInput(ref reader, offset, tool);
                    else
                        Walk(ref reader, offset, answer, property, Inner(part, property), tool);
                }
                return;
        }
    }

    /// <summary>What a member of a part is.</summary>
    private static Part Inner(Part part, ReadOnlySpan<byte> name) => part switch
    {
        Part.Output when name.SequenceEqual("message"u8) => Part.Message,
        Part.Message when name.SequenceEqual("content"u8) => Part.Content,
        Part.Content when name.SequenceEqual("toolUse"u8) => Part.ToolUse,
        Part.Content when name.SequenceEqual("reasoningContent"u8) => Part.Reasoning,
        Part.Content when name.SequenceEqual("citationsContent"u8) => Part.Citations,
        Part.Citations when name.SequenceEqual("content"u8) => Part.Content,
        Part.Content when name.SequenceEqual("text"u8) => Part.Content,
        Part.Reasoning => Part.Reasoning,
        Part.ToolUse => Part.ToolUse,
        _ => Part.Other,
    };

    private static void Add(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, Part part)
    {
        var text = BodyString.Place(ref reader, offset);
        var isText = name.SequenceEqual("text"u8);
        (part == Part.Reasoning && isText ? answer.Signed : answer.Texts).Add(text);
        if ((part is Part.Content or Part.Reasoning && isText) || (part == Part.ToolUse && name.SequenceEqual("name"u8)))
            answer.Contents.Add(text);
        if (part == Part.Content && isText)
            answer.Uses[text.Start] = new TextUse(TextRole.Answer);
    }
}
