using System.Text.Json;

namespace IronCage.Lang.Bedrock;

/// <summary>What the strings of answers are, by the names of their properties.</summary>
internal static class ConverseText
{
    /// <summary>What the service says about the answer, and what only it can read: nobody's text, and to be left as it is. Not inside the input of a tool, whose names are the caller's.</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("signature"u8) || name.SequenceEqual("redactedContent"u8) || name.SequenceEqual("bytes"u8))
            return BodyString.IsEncodedBytes("data"u8, value) || value.Length < 16; // anything but an encoding could be read on its way
        return name.SequenceEqual("toolUseId"u8) || name.SequenceEqual("stopReason"u8) || (name.SequenceEqual("role"u8) && value.SequenceEqual("assistant"u8));
    }

    /// <summary>Whether a member of an answer says that it was served at a price above the usual. By value: the caller's reader stays.</summary>
    /// <param name="name">The member.</param>
    /// <param name="reader">At its value.</param>
    public static bool IsExtra(ReadOnlySpan<byte> name, Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !(name.SequenceEqual("serviceTier"u8) || name.SequenceEqual("performanceConfig"u8)))
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "reserved"u8) || ReaderText.Is(ref reader, "optimized"u8)))
                return true;
            reader.Skip();
        }
        return false;
    }
}
