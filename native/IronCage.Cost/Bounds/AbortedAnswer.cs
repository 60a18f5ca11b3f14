namespace IronCage.Cost;

/// <summary>
/// What an answer used that was cut, closed early or cancelled before its usage came: the input, and the output seen so far. An estimate,
/// to be marked as one.
/// Null means "charge the hold": a model that thinks in hidden tokens may have used any number of them.
/// </summary>
public static class AbortedAnswer
{
    /// <summary>Without a public tokenizer: bytes of the answer for one token, rounded up. English is at 4 to 5, CJK at 3, so this is on
    /// the high side for text.</summary>
    public const int BytesPerToken = 3;

    /// <summary>Estimates from the answer's text. Counts by the model's tokenizer where it is public (loading it if need be), else
    /// <see cref="BytesPerToken"/>.</summary>
    /// <param name="price">The model.</param>
    /// <param name="inputTokens">Input tokens: the provider's count if it came, else the bound. ≥ 0.</param>
    /// <param name="outputText">UTF-8 of everything the answer showed: text, refusals, tool arguments.</param>
    /// <param name="counter">The tokenizers.</param>
    /// <param name="reasoning">Whether this request thinks in hidden tokens; null: as the model's entry says.</param>
    public static TokenUsage? Estimate(
        ModelPrice price, long inputTokens, ReadOnlySpan<byte> outputText, TokenCounter counter, bool? reasoning = null)
    {
        ArgumentNullException.ThrowIfNull(price);
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        if (reasoning ?? price.Reasoning)
            return null;
        var output = counter.TryCount(outputText, price.Tokenizer, out var tokens) ? tokens : ((long)outputText.Length + BytesPerToken - 1) / BytesPerToken;
        return new TokenUsage(Input: inputTokens, Output: output);
    }
}
