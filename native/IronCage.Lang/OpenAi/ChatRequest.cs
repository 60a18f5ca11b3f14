namespace IronCage.Lang.OpenAi;

/// <summary>
/// What a chat-completions request says, with the places of everything that may be rewritten. The body itself stays with the caller.
/// </summary>
public sealed class ChatRequest
{
    /// <summary>The model's name as it stands in the body.</summary>
    public string Model { get; internal set; } = "";

    public bool Stream { get; internal set; }

    /// <summary><c>stream_options.include_usage</c> is true.</summary>
    public bool AsksForUsage { get; internal set; }

    /// <summary>Choices asked for: <c>n</c>, at least 1.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>The highest output limit in the body (<c>max_completion_tokens</c>, <c>max_tokens</c>), or null.</summary>
    public long? OutputLimit { get; internal set; }

    /// <summary>Every text of the request, in the order of the body.</summary>
    public List<TextSpan> Texts { get; } = [];

    public int Messages { get; internal set; }

    /// <summary>Raw bytes of the texts, an upper bound of their UTF-8 length.</summary>
    public long TextBytes { get; internal set; }

    public int Tools { get; internal set; }

    /// <summary>Raw bytes of the tool and response-format definitions, structure included.</summary>
    public long ToolsBytes { get; internal set; }

    /// <summary>The places of the tool and response-format definitions in the body, for exact counting.</summary>
    public List<Range> Definitions { get; } = [];

    public int Images { get; internal set; }

    /// <summary>Parts whose size in tokens the body does not tell: files, audio, unknown part types.</summary>
    public int UnboundedParts { get; internal set; }

    /// <summary>Parts that no one here can read: images, audio, files.</summary>
    public int UnscannableParts { get; internal set; }

    /// <summary>Bytes of a <c>prediction</c>: rejected prediction tokens are billed as output.</summary>
    public long PredictionBytes { get; internal set; }

    /// <summary>A message holds audio, which has a price of its own.</summary>
    public bool SendsAudio { get; internal set; }

    /// <summary>The answer may be audio (<c>audio</c> is present), which has a price of its own.</summary>
    public bool AsksForAudio { get; internal set; }

    /// <summary>A feature whose price the catalogue cannot know: a service tier above the default, web search; null if none.</summary>
    public string? UnpricedFeature { get; internal set; }

    internal List<Range> OutputLimitValues { get; } = [];
    internal List<(string Field, Range Place)> NullLimits { get; } = [];
    internal Range StreamOptions { get; set; }
    internal bool StreamOptionsIsObject { get; set; }
    internal bool StreamOptionsIsEmpty { get; set; }
    internal Range IncludeUsageValue { get; set; }
    internal int BodyStart { get; set; }

    /// <summary>The edits that lower the output limit to <paramref name="limit"/> tokens in the field that the body uses, or set it in <paramref name="field"/>.</summary>
    public void LimitOutput(long limit, string field, List<RawEdit> into)
    {
        var digits = System.Text.Encoding.ASCII.GetBytes(limit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var value in OutputLimitValues)
            into.Add(new RawEdit(value.Start.Value, value.End.Value, digits));
        if (OutputLimitValues.Count > 0)
            return;
        var given = NullLimits.FindIndex(n => n.Field == field);
        if (given >= 0)
            into.Add(new RawEdit(NullLimits[given].Place.Start.Value, NullLimits[given].Place.End.Value, digits));
        else
            into.Add(new RawEdit(BodyStart, BodyStart, System.Text.Encoding.UTF8.GetBytes(
                System.FormattableString.Invariant($"\"{field}\":{limit},"))));
    }

    /// <summary>The edits that make a streamed answer carry its usage.</summary>
    public void AskForUsage(List<RawEdit> into)
    {
        if (!IncludeUsageValue.Equals(default(Range)))
            into.Add(new RawEdit(IncludeUsageValue.Start.Value, IncludeUsageValue.End.Value, "true"u8.ToArray()));
        else if (StreamOptionsIsObject)
            into.Add(new RawEdit(StreamOptions.Start.Value + 1, StreamOptions.Start.Value + 1,
                StreamOptionsIsEmpty ? "\"include_usage\":true"u8.ToArray() : "\"include_usage\":true,"u8.ToArray()));
        else if (!StreamOptions.Equals(default(Range)))
            into.Add(new RawEdit(StreamOptions.Start.Value, StreamOptions.End.Value, "{\"include_usage\":true}"u8.ToArray()));
        else
            into.Add(new RawEdit(BodyStart, BodyStart, "\"stream_options\":{\"include_usage\":true},"u8.ToArray()));
    }
}
