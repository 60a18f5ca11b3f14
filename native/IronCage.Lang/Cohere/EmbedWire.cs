using System.Text.Json;
using IronCage.Lang.Hosts;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Cohere.EmbedWire.Field>;

namespace IronCage.Lang.Cohere;

/// <summary>Cohere's embed, of texts and images, in both its APIs: nothing is billed but the input.</summary>
internal sealed class EmbedWire : CohereWire
{
    public static readonly EmbedWire Instance = new();

    internal enum Field
    {
        Other,
        Model,
        Texts,
        Images,
        Inputs,
    }

    public override string Understands => "embed";

    public override string Operation => "embeddings";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/v2/embed"u8) || path.EndsWith("/v1/embed"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        request = new LlmRequest { OutputLimit = 0, Reasoning = false, Caching = PromptCaching.None };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        if (field == Field.Model)
            return RequestValue.Model(ref reader, request);
        if (field is Field.Other || reader.TokenType != JsonTokenType.StartArray)
        {
            MessageWalker.Any(ref reader, request, body[name.Start..name.End]);
            return null;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            if (field == Field.Images)
                MessageWalker.AddImage(request);
            MessageWalker.Any(ref reader, request, field == Field.Images ? "image_url"u8 : default);
        }
        return null;
    }
}
