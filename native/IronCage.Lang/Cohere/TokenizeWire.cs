using System.Text.Json;
using IronCage.Lang.Hosts;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Cohere.TokenizeWire.Field>;

namespace IronCage.Lang.Cohere;

/// <summary>Cohere's tokenize and detokenize: texts leave or come back, and nothing is charged.</summary>
internal sealed class TokenizeWire : CohereWire
{
    public static readonly TokenizeWire Instance = new();

    internal enum Field
    {
        Other,
        Model,
    }

    public override string Understands => "tokenize";

    public override string Operation => "tokenize";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/v1/tokenize"u8) || path.EndsWith("/v1/detokenize"u8) ? Endpoint.Free : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        request = new LlmRequest { OutputLimit = 0 };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        if (field == Field.Model)
            return RequestValue.Model(ref reader, request);
        if (body[name.Start..name.End].SequenceEqual("tokens"u8) && reader.TokenType == JsonTokenType.StartArray)
            return TokenInput.Read(ref reader, body, request) ? null : "an array of token numbers from 0 to 2147483647";
        MessageWalker.Any(ref reader, request, body[name.Start..name.End]);
        return null;
    }
}
