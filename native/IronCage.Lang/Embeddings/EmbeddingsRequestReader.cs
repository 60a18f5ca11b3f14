using System.Text.Json;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Embeddings.EmbeddingsRequestReader.Field>;

namespace IronCage.Lang.Embeddings;

/// <summary>Reads a request for embeddings: texts, or arrays of token numbers. Nothing is billed but the input.</summary>
public static class EmbeddingsRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Input,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmRequest request, out string problem)
    {
        request = new LlmRequest { OutputLimit = 0, Reasoning = false, Caching = PromptCaching.None };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, ReadOnlySpan<byte> name)
    {
        switch (field)
        {
            case Field.Model when reader.ValueSpan.Length <= BodyString.MaxModelName && ReaderText.Read(ref reader) is { } model:
                request.Model = model;
                return null;
            case Field.Model:
                return $"a string of at most {BodyString.MaxModelName} bytes";
            case Field.Input:
                return TokenInput.Read(ref reader, body, request) ? null : TokenInput.Accepted;
        }
        TextWalker.Collect(ref reader, body, request, name);
        return null;
    }
}
