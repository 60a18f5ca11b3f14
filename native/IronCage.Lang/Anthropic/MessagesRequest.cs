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

    /// <inheritdoc/>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into) => base.LimitOutput(limit, "max_tokens", into);
}
