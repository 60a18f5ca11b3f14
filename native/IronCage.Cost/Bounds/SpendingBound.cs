using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>
/// The arithmetic of holds: an upper bound of one attempt of a request, linear in its output tokens. Thread-safe.
/// The cheap bound needs no tokenizer; when it does not fit a budget, the exact one may.
/// </summary>
/// <param name="counter">Counts for the exact bound.</param>
/// <param name="margins">What settlements taught about models.</param>
public sealed class SpendingBound(TokenCounter counter, Margins margins)
{
    /// <summary>Frame of one message: role and separators (OpenAI's cookbook on counting chat tokens gives 3, and 1 for a name).</summary>
    public const int TokensPerMessage = 4;

    /// <summary>Start of the reply (the same source).</summary>
    public const int TokensOfReply = 3;

    /// <summary>Slack for what vendors add without saying.</summary>
    public const int TokensOfSlack = 8;

    /// <summary>Frame of one tool.</summary>
    public const int TokensPerTool = 16;

    /// <summary>Anthropic's hidden system prompt for tools: published figures reach 530 (Claude 3 Opus); the rest is slack.</summary>
    public const int TokensOfAnthropicTools = 1024;

    /// <summary>The worst published figure: gpt-4o-mini in high detail, 2,833 + 5,667 × 8 tiles.</summary>
    public const int TokensPerImage = 48_169;

    /// <summary>
    /// Anthropic's rule: one token per patch of 28 × 28 pixels, and an image is first scaled down until no edge is longer than 2,576 pixels (1,568 before Claude Opus 4.7). A
    /// square of that edge has the most; a limit on the sum that the vendor applies as well is not relied on.
    /// </summary>
    public const int TokensPerAnthropicImage = 92 * 92;

    /// <summary>
    /// The limit that is written into a request without one where nobody says how much output the model accepts. Every chat model in use takes it; a higher
    /// one may be refused by the provider.
    /// </summary>
    public const long SafeOutputLimit = 4096;

    /// <summary>Floors of a lowered output limit.</summary>
    public const long FloorOfReasoning = 1024, FloorWithTools = 256, Floor = 64;

    /// <summary>One token per UTF-8 byte of text. Never below <see cref="Exact"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public RequestBound Cheap(in RequestShape shape)
    {
        Check(shape);
        return Build(shape, Saturate((Int128)shape.TextBytes + shape.ToolsBytes), BoundBasis.Bytes);
    }

    /// <summary>
    /// Text counted by the model's public tokenizer, definitions of tools with an allowance for the form that the model sees them in; else by o200k_base times a margin (2.0 for Anthropic, 1.5 for Google, 2.0 for others;
    /// never above
    /// the bytes). May load the tokenizer. Without texts, or when the request is strict, the same as <see cref="Cheap"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public RequestBound Exact(in RequestShape shape)
    {
        Check(shape);
        if (shape.Strict || shape.Texts is not { } texts)
            return Cheap(shape);

        var isPublic = TokenCounter.IsPublic(shape.Price.Tokenizer);
        var tokenizer = isPublic ? shape.Price.Tokenizer! : TokenCounter.O200k;
        long tokens = 0;
        for (var i = 0; i < texts.Count; i++)
            tokens += Count(texts.Text(i), tokenizer);
        var tools = texts.Tools;
        tokens += Count(tools, tokenizer);
        if (isPublic)
            tokens += DefinitionAllowance.Of(tools);
        else
            tokens = shape.Price.Vendor == "google" ? tokens + (tokens + 1) / 2 : tokens * 2;
        tokens = Math.Min(tokens, Saturate((Int128)shape.TextBytes + shape.ToolsBytes));
        return Build(shape, tokens, isPublic ? BoundBasis.Tokenizer : BoundBasis.TokenizerWithMargin);
    }

    private int Count(ReadOnlySpan<byte> text, string tokenizer)
    {
        counter.TryCount(text, tokenizer, out var tokens);
        return tokens;
    }

    private RequestBound Build(in RequestShape shape, long textTokens, BoundBasis basis)
    {
        var price = shape.Price;
        var input = (Int128)textTokens + (Int128)shape.Messages * TokensPerMessage + TokensOfReply + TokensOfSlack
            + (Int128)shape.Images * (price.Vendor == "anthropic" ? TokensPerAnthropicImage : TokensPerImage) + shape.HiddenTokens + (Int128)shape.Tools * TokensPerTool
            + (shape.Tools > 0 && price.Vendor == "anthropic" ? TokensOfAnthropicTools : 0);
        if (shape.HasUnboundedInput || shape.HasAudio)
        {
            if (price.ContextWindow is { } window)
                input = Int128.Max(input, window);
            else if (!CostsNothing(shape))
                return new RequestBound { Refusal = BoundRefusal.UnboundedInput, Basis = basis };
        }

        // Without a limit of its own the model's most is what can come; where that is not known, what fits its window.
        var wanted = shape.OutputLimit ?? price.MaxOutput ?? price.ContextWindow ?? SafeOutputLimit;
        var capped = shape.OutputLimit is null && price.MaxOutput is null && price.ContextWindow is null && !CostsNothing(shape);
        if (capped && !shape.Lowerable)
            return new RequestBound { Refusal = BoundRefusal.UnboundedOutput, Basis = basis };

        var unscaled = Saturate(input);
        var scaled = margins.Scale(shape.MarginKey ?? price.Id, unscaled);
        if (price.ContextWindow is { } most)
            scaled = Math.Max(unscaled, Math.Min(scaled, most)); // no request that is answered has more
        var (perInput, perOutput) = Dearest(price, scaled, shape);
        var perAllChoices = (Int128)perOutput.Value * Math.Max(1, shape.Choices);
        var cost = (Int128)perInput.Value * scaled + (price.PerRequest?.Value ?? 0) + (Int128)(price.PerSearch?.Value ?? 0) * shape.Searches;
        if (cost + perAllChoices * wanted > long.MaxValue || perAllChoices > long.MaxValue)
            return new RequestBound { Refusal = BoundRefusal.TooLarge, Basis = basis };

        return new RequestBound
        {
            Basis = basis,
            InputTokens = scaled,
            UnscaledInputTokens = unscaled,
            Fixed = new Picodollars((long)cost),
            PerOutputToken = new Picodollars((long)perAllChoices),
            WantedTokens = wanted,
            FloorTokens = shape.Lowerable ? Math.Min(wanted, FloorOf(shape)) : wanted,
            OpenEnded = shape.OutputLimit is null,
            MustWriteLimit = capped,
            MostToWrite = shape.OutputLimit ?? price.MaxOutput ?? SafeOutputLimit,
        };
    }

    /// <summary>Whether any number of tokens of it is free, as of a model that runs on the user's own machine: then nothing needs a bound.</summary>
    private static bool CostsNothing(in RequestShape shape) => Dearest(shape.Price, long.MaxValue, shape) is { Input.Value: 0, Output.Value: 0 };

    private static long FloorOf(in RequestShape shape)
    {
        var floor = shape.Reasoning ?? shape.Price.Reasoning ? FloorOfReasoning : shape.Tools > 0 ? FloorWithTools : Floor;
        return shape.ThinkingTokens > 0 ? Math.Max(floor, Saturate((Int128)shape.ThinkingTokens + FloorOfReasoning)) : floor;
    }

    /// <summary>The dearest prices of all tiers that a request of at most so many tokens can fall into.</summary>
    private static (Picodollars Input, Picodollars Output) Dearest(ModelPrice price, long inputTokens, in RequestShape shape)
    {
        var (audio, images, writes) = (shape.HasAudio, shape.Images > 0, shape.CacheWrites);
        var audioOut = audio || shape.AsksForAudio;
        var prices = new EffectivePrices(price.Buckets, price.Vendor);
        var (input, output) = (prices.DearestInput(audio, images, writes), prices.DearestOutput(audioOut, shape.AsksForImages));
        for (var i = 0; i < price.Tiers.Count; i++)
        {
            var tier = price.Tiers[i];
            if (inputTokens <= tier.AboveInputTokens)
                break;
            prices = new EffectivePrices(tier.Buckets, price.Vendor);
            input = Picodollars.Max(input, prices.DearestInput(audio, images, writes));
            output = Picodollars.Max(output, prices.DearestOutput(audioOut, shape.AsksForImages));
        }

        return (input, output);
    }

    private static void Check(in RequestShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape.Price);
        if ((shape.TextBytes | shape.ToolsBytes | (shape.OutputLimit ?? 0) | shape.ThinkingTokens | shape.HiddenTokens | shape.Searches) < 0
            || (shape.Messages | shape.Images | shape.Tools | shape.Choices) < 0)
            throw new ArgumentOutOfRangeException(nameof(shape), "counts are not negative");
    }

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
