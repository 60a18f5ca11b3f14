using System.Text.Json;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Responses;

/// <summary>Reads a whole response. A cut body gives what could be read up to the cut.</summary>
public static class ResponsesAnswerReader
{
    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer);

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        var name = reader.ValueSpan;
        var isUsage = ReaderText.Is(ref reader, "usage"u8);
        reader.Read();
        if (isUsage)
        {
            answer.Usage = UsageWalker.Read<ResponsesUsage>(ref reader);
            if (answer.Usage is { } usage)
                answer.Usage = usage with { Searches = answer.Searches };
            return;
        }
        if (name.SequenceEqual("model"u8))
            answer.Model = ChatResponseReader.ModelName(reader);
        if (name.SequenceEqual("service_tier"u8) && IsPremium(ref reader))
            answer.HasExtraCharge = true;
        if (name.SequenceEqual("output"u8))
        {
            answer.HasExtraCharge |= CountHostedTools(reader, out var searches);
            answer.Searches = searches;
            if (answer.Usage is { } usage)
                answer.Usage = usage with { Searches = searches };
        }
        var isOutput = name.SequenceEqual("output"u8);
        var known = answer.ToolCalls.Count;
        Walk(ref reader, offset, answer, name, type: null, tool: null, isData: ItemString.HoldsData(name));
        if (!isOutput)
            answer.ToolCalls.RemoveRange(known, answer.ToolCalls.Count - known); // a request that is repeated holds those of earlier answers
    }

    internal static bool IsPremium(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8));

    /// <summary>Items of the array that are the work of tools that the provider ran: searches, and whether there are others, whose price is not told. By value: the caller's reader stays.</summary>
    internal static bool CountHostedTools(Utf8JsonReader reader, out long searches)
    {
        searches = 0;
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var type = ItemType.Of(reader);
            if (type == "web_search_call")
                searches++;
            others |= type is "file_search_call" or "code_interpreter_call" or "image_generation_call";
            reader.Skip();
        }
        return others;
    }

    private static void Walk(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, string? type, string? tool, bool isData)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || (!isData && (ItemString.IsEnvelope(name, reader.ValueSpan) || ItemString.IsEncodedBytes(name, reader.ValueSpan))))
                    return;
                var text = BodyString.Place(ref reader, offset);
                answer.Texts.Add(text);
                if (ItemString.IsWritten(name, type))
                    answer.Contents.Add(text);
                if (ItemString.RoleOf(name, type) is not TextRole.Other and var role)
                    answer.Uses[text.Start] = new TextUse(role, tool);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, answer, name, type, tool, isData);
                return;
            case JsonTokenType.StartObject:
                type = ItemType.Of(reader);
                if (ItemString.IsToolUse(type))
                    tool = answer.AddToolCall(reader, offset);
                else if (ToolUse.NameOf(type) is { } ofType)
                    answer.AddToolCall(reader, offset, ofType);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8) && reader.TokenType == JsonTokenType.StartArray)
                    {
                        var from = offset + (int)reader.TokenStartIndex;
                        reader.Skip();
                        answer.LogProbabilities.Add(from..(offset + (int)reader.BytesConsumed));
                        continue;
                    }
                    Walk(ref reader, offset, answer, property, type, tool, isData || ItemString.HoldsData(property));
                }
                return;
        }
    }
}
