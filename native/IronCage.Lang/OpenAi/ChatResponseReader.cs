using System.Text;
using System.Text.Json;
using IronCage.Lang.Usage;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads a whole chat-completions answer. A cut body gives what could be read up to the cut.</summary>
public static class ChatResponseReader
{
    /// <summary>No name of a model is near this.</summary>
    private const int LongestModel = 256;

    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer);

    /// <summary>The name at the reader; null for anything but plain characters, which names are of.</summary>
    internal static string? ModelName(in Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length is > 0 and <= LongestModel
        && reader.ValueSpan.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0
            ? Encoding.ASCII.GetString(reader.ValueSpan)
            : null;

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        if (ReaderText.Is(ref reader, "usage"u8))
        {
            reader.Read();
            answer.Usage = UsageWalker.Read<ChatUsage>(ref reader);
        }
        else if (ReaderText.Is(ref reader, "service_tier"u8))
        {
            reader.Read();
            answer.HasExtraCharge = reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8));
            reader.Skip();
        }
        else
        {
            var isModel = ReaderText.Is(ref reader, "model"u8);
            var name = reader.ValueSpan;
            reader.Read();
            if (isModel)
                answer.Model = ModelName(reader);
            if (StringKind.IsEnvelope(name))
                reader.Skip();
            else
                Walk(ref reader, offset, answer, name, default, isWritten: false, tool: null);
        }
    }

    private static void Walk(ref Utf8JsonReader reader, int offset, LlmAnswer answer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> parent, bool isWritten, string? tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    return;
                var start = offset + (int)reader.TokenStartIndex + 1;
                var text = new TextSpan(start, start + reader.ValueSpan.Length, reader.ValueIsEscaped);
                answer.Texts.Add(text);
                if (StringKind.Grows(name, isWritten))
                    answer.Contents.Add(text);
                if (StringKind.RoleOf(name, parent, isWritten) is not TextRole.Other and var role)
                    answer.Uses[start] = new TextUse(role, tool);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, answer, name, parent, isWritten, tool);
                return;
            case JsonTokenType.StartObject:
                if (isWritten && StringKind.IsToolUse(name))
                    tool = answer.AddToolCall(reader, offset);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8))
                    {
                        var from = offset + (int)reader.TokenStartIndex;
                        var present = reader.TokenType != JsonTokenType.Null;
                        reader.Skip();
                        if (present)
                            answer.LogProbabilities.Add(from..(offset + (int)reader.BytesConsumed));
                        continue;
                    }
                    Walk(ref reader, offset, answer, property, name, isWritten || StringKind.HoldsWriting(property), tool);
                }
                return;
        }
    }
}
