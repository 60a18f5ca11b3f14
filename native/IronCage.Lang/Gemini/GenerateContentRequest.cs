using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>A request to generate content. Its streams always carry usage.</summary>
public sealed class GenerateContentRequest : LlmRequest
{
    private int _configStart = -1;
    private bool _configIsEmpty;
    private Range? _nullConfig;

    /// <summary>A request that says nothing yet.</summary>
    public GenerateContentRequest()
    {
        AsksForUsage = true;
        Caching = PromptCaching.None; // what is cached is read at a price below the input's; caches are written by other calls
    }

    /// <summary>Where the generation config begins in the body.</summary>
    internal void SetConfig(int brace, bool isEmpty) => (_configStart, _configIsEmpty) = (brace, isEmpty);

    /// <summary>Where a generation config that is null stands in the body.</summary>
    internal void SetNullConfig(Range place) => _nullConfig = place;

    /// <inheritdoc/>
    /// <remarks>It stands in the generation config.</remarks>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (OutputLimitValues.Count > 0 || NullLimits.Count > 0)
        {
            base.LimitOutput(limit, "maxOutputTokens", into);
            return;
        }
        var entry = string.Create(CultureInfo.InvariantCulture, $"\"maxOutputTokens\":{limit}");
        if (_nullConfig is { } place)
            into.Add(new RawEdit(place.Start.Value, place.End.Value, Encoding.ASCII.GetBytes($"{{{entry}}}")));
        else if (_configStart >= 0)
            into.Add(new RawEdit(_configStart + 1, _configStart + 1, Encoding.ASCII.GetBytes(_configIsEmpty ? entry : entry + ",")));
        else
            into.Add(new RawEdit(BodyStart, BodyStart, Encoding.ASCII.GetBytes($"\"generationConfig\":{{{entry}}},")));
    }

    private protected override byte[] UserMessage(string text) => [.. "{\"role\":\"user\",\"parts\":[{\"text\":\""u8, .. JsonEncodedText.Encode(text).EncodedUtf8Bytes, .. "\"}]}"u8];
}
