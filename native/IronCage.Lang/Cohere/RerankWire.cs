using System.Text.Json;
using IronCage.Lang.Hosts;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Cohere.RerankWire.Field>;

namespace IronCage.Lang.Cohere;

/// <summary>
/// Cohere's rerank, in both its APIs. It is sold by the search: one query with up to a hundred documents, where a document of more than 500 tokens, the query included, counts as
/// several (https://docs.cohere.com/docs/how-does-cohere-pricing-work).
/// </summary>
internal sealed class RerankWire : CohereWire
{
    private const long DocumentsOfSearch = 100, TokensOfDocument = 500;

    public static readonly RerankWire Instance = new();

    internal enum Field
    {
        Other,
        Model,
        Query,
        Documents,
    }

    public override string Understands => "rerank";

    public override string Operation => "rerank";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/v2/rerank"u8) || path.EndsWith("/v1/rerank"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var rerank = new RerankRequest { OutputLimit = 0, Reasoning = false, Caching = PromptCaching.None };
        request = rerank;
        if (!Fields.TryRead(body, rerank, ReadField, out problem))
            return false;
        // A token has a byte at least; how many tokens of the query go into each document is not known more closely.
        var room = Math.Max(1, TokensOfDocument - rerank.QueryBytes);
        var documents = 0L;
        foreach (var bytes in rerank.DocumentBytes)
            documents += 1 + bytes / room;
        request.Searches = Math.Max(1, (documents + DocumentsOfSearch - 1) / DocumentsOfSearch);
        return true;
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, RerankRequest request, Field field, TextSpan name)
    {
        var before = request.TextBytes;
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Documents when reader.TokenType == JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var start = (int)reader.TokenStartIndex;
                    MessageWalker.Any(ref reader, request, default);
                    request.DocumentBytes.Add((int)reader.BytesConsumed - start);
                }
                return null;
        }
        MessageWalker.Any(ref reader, request, body[name.Start..name.End]);
        if (field == Field.Query)
            request.QueryBytes = request.TextBytes - before;
        return null;
    }
}
