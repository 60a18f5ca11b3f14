using System.Text.Json;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Embeddings;

/// <summary>Reads an answer of vectors: they hold no text, in numbers or as base64.</summary>
public static class EmbeddingsAnswerReader
{
    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmAnswer answer) => AnswerBody.TryRead(body, ReadProperty, out answer);

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, LlmAnswer answer)
    {
        var isUsage = ReaderText.Is(ref reader, "usage"u8);
        var isModel = ReaderText.Is(ref reader, "model"u8);
        reader.Read();
        if (isUsage)
        {
            answer.Usage = UsageWalker.Read<ChatUsage>(ref reader);
            return;
        }
        if (isModel)
            answer.Model = ChatResponseReader.ModelName(reader);
        reader.Skip();
    }
}
