using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Completions;

/// <summary>A request for legacy completions.</summary>
public sealed class CompletionsRequest : ChatRequest
{
    /// <summary>How many completions come back: <c>n</c> for each prompt. <see cref="LlmRequest.Choices"/> are those that are billed, <c>best_of</c> for each prompt.</summary>
    public int Answers { get; internal set; } = 1;
}
