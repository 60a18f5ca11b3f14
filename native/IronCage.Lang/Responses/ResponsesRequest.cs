namespace IronCage.Lang.Responses;

/// <summary>A request to OpenAI's responses API. Its streams always carry usage.</summary>
public sealed class ResponsesRequest : LlmRequest
{
    /// <summary>A request that says nothing yet.</summary>
    public ResponsesRequest() => AsksForUsage = true;

    /// <inheritdoc/>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into) => base.LimitOutput(limit, "max_output_tokens", into);
}
