using System.Text.Json;
using IronCage.Lang.Anthropic;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Bedrock.CountTokensRequestReader.Field>;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads a request to count tokens: what is to be counted is a request to converse, or the body of an invocation in base64.</summary>
internal static class CountTokensRequestReader
{
    internal enum Field
    {
        Other,
        Input,
    }

    public static bool TryRead(ReadOnlySpan<byte> body, string? model, out ConverseRequest request, out string problem)
    {
        request = new ConverseRequest { Model = model ?? "" };
        return Fields.TryRead(body, request, ReadField, out problem, isCamel: true, isSnake: false);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ConverseRequest request, Field field, TextSpan name)
    {
        if (field != Field.Input || reader.TokenType != JsonTokenType.StartObject)
        {
            BlockWalker.Any(ref reader, request, default, isData: true);
            return null;
        }
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isConverse = ReaderText.Is(ref reader, "converse"u8);
            var isInvoke = ReaderText.Is(ref reader, "invokeModel"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if ((isConverse || isInvoke) && reader.TokenType == JsonTokenType.StartObject)
                wrong ??= isConverse ? Converse(ref reader, body, request) : Invoke(ref reader, request);
            else
                BlockWalker.Any(ref reader, request, default, isData: true);
        }
        return wrong;
    }

    private static string? Converse(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ConverseRequest request)
    {
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = ReaderText.Is(ref reader, "messages"u8) ? ConverseRequestReader.Field.Messages
                : ReaderText.Is(ref reader, "system"u8) ? ConverseRequestReader.Field.System
                : ReaderText.Is(ref reader, "toolConfig"u8) ? ConverseRequestReader.Field.ToolConfig : ConverseRequestReader.Field.Other;
            var name = BodyString.Place(ref reader);
            request.AddTellingName(ref reader);
            reader.Read();
            if (ConverseRequestReader.ReadField(ref reader, body, request, field, name) is not null)
                wrong ??= "an object whose messages are an array";
        }
        return wrong;
    }

    private static string? Invoke(ref Utf8JsonReader reader, ConverseRequest request)
    {
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBody = ReaderText.Is(ref reader, "body"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (!isBody || reader.TokenType == JsonTokenType.Null)
                BlockWalker.Any(ref reader, request, default, isData: true);
            else if (reader.TokenType != JsonTokenType.String || !request.TryAddEncodedText(ref reader, isJson: true))
                wrong ??= "an object whose invokeModel.body is a text in base64";
        }
        return wrong;
    }
}
