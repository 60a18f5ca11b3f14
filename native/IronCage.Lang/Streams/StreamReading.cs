using System.Text.Json;

namespace IronCage.Lang.Streams;

/// <summary>What one event of a stream says. One is filled again for every event.</summary>
internal sealed class StreamReading
{
    /// <summary>The texts of the event.</summary>
    public List<StreamSegment> Segments { get; } = [];

    /// <summary>Tools that the event says are used.</summary>
    public List<StreamedTool> Tools { get; } = [];

    /// <summary>A tool that is used.</summary>
    /// <param name="key">As of <see cref="StreamSegment.Tool"/>.</param>
    /// <param name="use">What the event says of it.</param>
    /// <param name="isWhole">It begins here, so that a name that is missing does not come later.</param>
    public void AddTool(ulong key, in ToolUse use, bool isWhole = false)
    {
        if (isWhole || use.HasName)
            Tools.Add(new StreamedTool(key, use.Name, use.Arguments));
    }

    /// <summary>A tool whose use is whole where it stands, and whose texts do not refer to it.</summary>
    public void AddTool(in ToolUse use) => AddTool(NextTool(), use, isWhole: true);

    /// <summary>A key for a tool of the stream that no event refers to again.</summary>
    public ulong NextTool() => 1UL << 63 | ++_lastTool;

    private ulong _lastTool; // stays from event to event

    /// <summary>Every text of the value at the reader, each whole where it stands.</summary>
    /// <param name="reader">Afterwards on the last token of the value.</param>
    /// <param name="offset">Where the reader's input begins in the event.</param>
    /// <param name="use">What the texts are for.</param>
    public void AddWhole(ref Utf8JsonReader reader, int offset, TextUse use)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0)
                    Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, offset)) { Use = use });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    AddWhole(ref reader, offset, use);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    reader.Read();
                    AddWhole(ref reader, offset, use);
                }
                return;
        }
    }

    /// <summary>Places of log probabilities, which repeat the text.</summary>
    public List<Range> LogProbabilities { get; } = [];

    /// <summary>The value at the reader repeats the text, token by token or word by word. Null repeats nothing.</summary>
    /// <param name="reader">Afterwards on the last token of the value.</param>
    /// <param name="offset">Where the reader's input begins in the event.</param>
    public void AddRepeated(ref Utf8JsonReader reader, int offset)
    {
        var start = offset + (int)reader.TokenStartIndex;
        var isPresent = reader.TokenType != JsonTokenType.Null;
        reader.Skip();
        if (isPresent)
            LogProbabilities.Add(start..(offset + (int)reader.BytesConsumed));
    }

    /// <summary>As <see cref="LlmAnswer.Model"/>; read while <see cref="WantsModel"/>.</summary>
    public string? Model { get; set; }

    /// <summary>No event told the model yet: each repeats it.</summary>
    public bool WantsModel { get; set; } = true;

    public WireUsage? Usage { get; set; }

    /// <summary>Searches among the items of the event.</summary>
    public long Searches { get; set; }

    /// <summary>The event holds usage and no part of the answer.</summary>
    public bool IsUsageAlone { get; set; }

    public bool IsError { get; set; }

    /// <summary>As <see cref="LlmAnswer.HasExtraCharge"/>.</summary>
    public bool HasExtraCharge { get; set; }

    /// <summary>How many choices told in this event why they ended.</summary>
    public int Finished { get; set; }

    /// <summary>The last event of the stream.</summary>
    public bool IsEnd { get; set; }

    /// <summary>The group of texts that ended before this event; null if none.</summary>
    public long? Closes { get; set; }

    public void Clear()
    {
        Segments.Clear();
        Tools.Clear();
        LogProbabilities.Clear();
        Usage = null;
        WantsModel &= Model is null;
        Model = null;
        IsUsageAlone = IsError = HasExtraCharge = IsEnd = false;
        Searches = 0;
        Finished = 0;
        Closes = null;
    }
}
