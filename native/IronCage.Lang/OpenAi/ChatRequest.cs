namespace IronCage.Lang.OpenAi;

/// <summary>A chat-completions request.</summary>
public class ChatRequest : LlmRequest
{
    /// <summary>The web is to be searched.</summary>
    internal bool SearchesWeb { get; set; }

    /// <summary>Perplexity: a search of a kind that costs more than others.</summary>
    internal bool AsksForProSearch { get; set; }

    internal Range StreamOptions { get; set; }
    internal bool StreamOptionsIsObject { get; set; }
    internal bool StreamOptionsIsEmpty { get; set; }
    internal Range IncludeUsageValue { get; set; }

    /// <inheritdoc/>
    public override void AskForUsage(List<RawEdit> into)
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
