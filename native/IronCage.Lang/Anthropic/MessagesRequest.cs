namespace IronCage.Lang.Anthropic;

/// <summary>A request to Anthropic's messages API. Its streams always carry usage.</summary>
public sealed class MessagesRequest : LlmRequest
{
    /// <summary>A request that says nothing yet.</summary>
    public MessagesRequest()
    {
        AsksForUsage = true;
        Caching = PromptCaching.None;
    }

    /// <summary>The body says of which version it is, as services of others want it.</summary>
    internal bool HasVersion { get; set; }

    /// <inheritdoc/>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into) => base.LimitOutput(limit, "max_tokens", into);
}
