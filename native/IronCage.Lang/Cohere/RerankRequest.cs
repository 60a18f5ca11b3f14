namespace IronCage.Lang.Cohere;

/// <summary>A request to rank documents by a query.</summary>
internal sealed class RerankRequest : LlmRequest
{
    /// <summary>The size of the query.</summary>
    public long QueryBytes { get; set; }

    /// <summary>The size of each document, with its structure.</summary>
    public List<int> DocumentBytes { get; } = [];
}
