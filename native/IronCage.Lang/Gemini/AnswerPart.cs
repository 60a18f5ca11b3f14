using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>What the strings of a generated answer are.</summary>
internal static class AnswerPart
{
    /// <summary>Properties that are about an answer, not of it, and what only the provider can read. Not inside a call, whose names are the caller's.</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("thoughtSignature"u8) || name.SequenceEqual("thought_signature"u8))
            return BodyString.IsEncodedBytes("data"u8, value) || value.Length < 16; // anything but an encoding could be read on its way
        return name.SequenceEqual("responseId"u8) || name.SequenceEqual("modelVersion"u8) || name.SequenceEqual("finishReason"u8) || name.SequenceEqual("createTime"u8)
            || name.SequenceEqual("trafficType"u8) || (name.SequenceEqual("role"u8) && value.SequenceEqual("model"u8));
    }

    /// <summary>What repeats the text token by token.</summary>
    public static bool IsLogProbabilities(ReadOnlySpan<byte> name) => name.SequenceEqual("logprobsResult"u8) || name.SequenceEqual("logprobs_result"u8);

    /// <summary>Whether the part at the reader is a thought. By value: the caller's reader stays.</summary>
    public static bool IsThought(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isThought = ReaderText.Is(ref reader, "thought"u8);
            reader.Read();
            if (isThought)
                return reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }
        return false;
    }

    /// <summary>The objects that say which tool is used, and with which arguments.</summary>
    public static bool IsCall(ReadOnlySpan<byte> name) => name.SequenceEqual("functionCall"u8) || name.SequenceEqual("function_call"u8);

    /// <summary>What code that the provider ran counts as.</summary>
    public const string CodeTool = "code_execution";

    /// <summary>Code of the model's that the provider ran.</summary>
    public static bool IsCode(ReadOnlySpan<byte> name) => name.SequenceEqual("executableCode"u8) || name.SequenceEqual("executable_code"u8);

    /// <summary>The answer rests on a search, which is billed beside its tokens.</summary>
    public static bool IsGrounding(ReadOnlySpan<byte> name) => name.SequenceEqual("groundingMetadata"u8) || name.SequenceEqual("grounding_metadata"u8);

    /// <summary>Which candidate the object at the reader is. By value: the caller's reader stays.</summary>
    public static long Index(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = ReaderText.Is(ref reader, "index"u8);
            reader.Read();
            if (isIndex)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) && index is >= 0 and < int.MaxValue ? index : 0;
            reader.Skip();
        }
        return 0;
    }
}
