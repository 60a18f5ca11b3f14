using System.Text.Json;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Media.SpeechRequestReader.Field>;

namespace IronCage.Lang.Media;

/// <summary>Reads a request for speech: a text that is to be spoken.</summary>
public static class SpeechRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        StreamFormat,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out MediaRequest request, out string problem, string? model = null)
    {
        request = new MediaRequest(model) { AsksForSpeech = true, Messages = 1 };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MediaRequest request, Field field, TextSpan name)
    {
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.StreamFormat:
                request.Stream = reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "sse"u8); // else the sound itself
                return reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? null : "a string";
        }
        TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }
}
