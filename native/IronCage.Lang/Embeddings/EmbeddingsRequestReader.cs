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
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmRequest request, out string problem, string? model = null)
    {
        request = new LlmRequest { Model = model ?? "", OutputLimit = 0, Reasoning = false, Caching = PromptCaching.None };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Input:
                return TokenInput.Read(ref reader, body, request) ? null : TokenInput.Accepted;
        }
        TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }
}
