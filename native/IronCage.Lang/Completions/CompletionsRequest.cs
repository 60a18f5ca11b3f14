using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Completions;

/// <summary>A request for legacy completions.</summary>
public sealed class CompletionsRequest : ChatRequest
{
    /// <summary>How many completions come back: <c>n</c> for each prompt. <see cref="LlmRequest.Choices"/> are those that are billed, <c>best_of</c> for each prompt.</summary>
    public int Answers { get; internal set; } = 1;

    /// <inheritdoc/>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into) => base.LimitOutput(limit, "max_tokens", into);

    /// <inheritdoc/>
    public override void MoveLimit(string? field, List<RawEdit> into)
    {
        // This endpoint has one field, whatever the model.
    }
}
