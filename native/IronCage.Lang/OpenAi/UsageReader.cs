using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads a <c>usage</c> object into disjoint buckets: cached ⊂ prompt; reasoning and audio ⊂ completion.</summary>
internal static class UsageReader
{
    /// <summary>More tokens than any call can have; a provider that says more is not believed.</summary>
    private const long Implausible = 1_000_000_000;

    /// <summary>Reads the object at the reader, which then stands on its end. Null when it is absent, malformed or impossible (negative, parts above the whole).</summary>
    public static WireUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        long prompt = -1, completion = 0, cached = 0, cacheWrite = 0, audioIn = 0, reasoning = 0, audioOut = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, "prompt_tokens"u8)) prompt = Number(ref reader);
            else if (ReaderText.Is(ref reader, "completion_tokens"u8)) completion = Number(ref reader);
            else if (ReaderText.Is(ref reader, "prompt_tokens_details"u8)) Details(ref reader, ref cached, ref audioIn, ref cacheWrite, ref reasoning);
            else if (ReaderText.Is(ref reader, "completion_tokens_details"u8))
            {
                long none = 0;
                Details(ref reader, ref none, ref audioOut, ref none, ref reasoning);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        if (prompt < 0 || completion < 0 || cached < 0 || cacheWrite < 0 || audioIn < 0 || audioOut < 0 || reasoning < 0
            || prompt > Implausible || completion > Implausible || cached > prompt || cacheWrite > prompt || audioIn > prompt
            || cached + cacheWrite + audioIn > prompt || audioOut > completion)
            return null;
        return new WireUsage(prompt - cached - cacheWrite - audioIn, cached, cacheWrite, completion - audioOut,
            Math.Min(reasoning, completion), audioIn, audioOut);
    }

    private static void Details(ref Utf8JsonReader reader, ref long cached, ref long audio, ref long cacheWrite, ref long reasoning)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, "cached_tokens"u8)) cached = Number(ref reader);
            else if (ReaderText.Is(ref reader, "audio_tokens"u8)) audio = Number(ref reader);
            else if (ReaderText.Is(ref reader, "cache_write_tokens"u8)) cacheWrite = Number(ref reader);
            else if (ReaderText.Is(ref reader, "reasoning_tokens"u8)) reasoning = Number(ref reader);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>The number after a property name; 0 for null, −1 for anything that is no whole number.</summary>
    private static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return 0;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var n))
            return n;
        reader.Skip();
        return -1;
    }
}
