using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>
/// A <c>usage</c> object as it stands on the wire: input, cache reads and cache writes are disjoint; thinking is part of the output. In a stream the first event seeds it, and
/// later ones carry sums so far, of which any may be absent.
/// </summary>
internal struct MessagesUsage
{
    /// <summary>More tokens than any call can have; a provider that says more is not believed.</summary>
    private const long Implausible = 1_000_000_000;

    private long? _input;
    private long? _cached;
    private long? _written;
    private long? _writtenShort;
    private long? _writtenHour;
    private long? _output;
    private long? _thinking;
    private long? _searches;
    private WireUsage? _compaction;
    private bool _isBroken;

    /// <summary>As <see cref="LlmAnswer.HasExtraCharge"/>.</summary>
    public bool HasExtraCharge { get; private set; }

    /// <summary>Reads the value at the reader, which then stands on its end; anything but an object says nothing.</summary>
    public static MessagesUsage Read(ref Utf8JsonReader reader)
    {
        var usage = new MessagesUsage();
        if (reader.TokenType == JsonTokenType.StartObject)
            usage.ReadObject(ref reader);
        else
            reader.Skip();
        return usage;
    }

    /// <summary>What the later object says takes the place of what was said before.</summary>
    public void Take(in MessagesUsage later)
    {
        _input = later._input ?? _input;
        _cached = later._cached ?? _cached;
        _written = later._written ?? _written;
        _writtenShort = later._writtenShort ?? _writtenShort;
        _writtenHour = later._writtenHour ?? _writtenHour;
        _output = later._output ?? _output;
        _thinking = later._thinking ?? _thinking;
        _searches = later._searches ?? _searches;
        _compaction = later._compaction ?? _compaction;
        _isBroken |= later._isBroken;
        HasExtraCharge |= later.HasExtraCharge;
    }

    /// <summary>The disjoint buckets; null when input or output was not told, or a figure is impossible.</summary>
    public readonly WireUsage? ToWire()
    {
        if (_isBroken || _input is not { } input || _output is not { } output)
            return null;
        var hour = _writtenHour ?? 0;
        // Where the sum says more than its parts, the rest went to the usual cache.
        var usual = Math.Max((_written ?? 0) - hour, _writtenShort ?? 0);
        var usage = new WireUsage(input, _cached ?? 0, usual, output, Math.Min(_thinking ?? 0, output), 0, 0, hour) { Searches = _searches ?? 0 };
        return _compaction is not { } more ? usage : new WireUsage(usage.Input + more.Input, usage.Cached + more.Cached, usage.CacheWrite + more.CacheWrite,
            usage.Output + more.Output, usage.Reasoning, 0, 0, usage.CacheWriteHour + more.CacheWriteHour) { Searches = usage.Searches };
    }

    private void ReadObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, "input_tokens"u8)) _input = Number(ref reader);
            else if (ReaderText.Is(ref reader, "output_tokens"u8)) _output = Number(ref reader);
            else if (ReaderText.Is(ref reader, "cache_read_input_tokens"u8)) _cached = Number(ref reader);
            else if (ReaderText.Is(ref reader, "cache_creation_input_tokens"u8)) _written = Number(ref reader);
            else if (ReaderText.Is(ref reader, "cache_creation"u8)) ReadDetails(ref reader);
            else if (ReaderText.Is(ref reader, "output_tokens_details"u8)) ReadDetails(ref reader);
            else if (ReaderText.Is(ref reader, "server_tool_use"u8)) ReadDetails(ref reader);
            else if (ReaderText.Is(ref reader, "iterations"u8)) ReadIterations(ref reader);
            else if (ReaderText.Is(ref reader, "service_tier"u8)) HasExtraCharge |= Says(ref reader, "priority"u8);
            else if (ReaderText.Is(ref reader, "speed"u8)) HasExtraCharge |= Says(ref reader, "fast"u8);
            else if (ReaderText.Is(ref reader, "inference_geo"u8)) HasExtraCharge |= Says(ref reader, "us"u8);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, "ephemeral_5m_input_tokens"u8)) _writtenShort = Number(ref reader);
            else if (ReaderText.Is(ref reader, "ephemeral_1h_input_tokens"u8)) _writtenHour = Number(ref reader);
            else if (ReaderText.Is(ref reader, "thinking_tokens"u8)) _thinking = Number(ref reader);
            else if (ReaderText.Is(ref reader, "web_search_requests"u8)) _searches = Number(ref reader);
            else
            {
                // Fetching costs its tokens alone, and searches are told; whatever else is counted per use has a price per use.
                var isFree = ReaderText.Is(ref reader, "web_fetch_requests"u8);
                HasExtraCharge |= Number(ref reader) > 0 && !isFree;
            }
        }
    }

    /// <summary>One entry for each time the model was asked. Those that compacted the context are in no other figure; those of another kind were another model's.</summary>
    private void ReadIterations(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var kind = ItemType.Of(reader);
            var entry = Read(ref reader);
            HasExtraCharge |= kind is not ("message" or "compaction");
            if (kind == "compaction" && entry.ToWire() is { } used)
            {
                var sum = _compaction ?? default;
                _compaction = new WireUsage(sum.Input + used.Input, sum.Cached + used.Cached, sum.CacheWrite + used.CacheWrite, sum.Output + used.Output, 0, 0, 0,
                    sum.CacheWriteHour + used.CacheWriteHour);
            }
        }
    }

    private static bool Says(ref Utf8JsonReader reader, ReadOnlySpan<byte> value)
    {
        reader.Read();
        var says = reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, value);
        reader.Skip();
        return says;
    }

    /// <summary>The number after a property name; null for null, and for what is no possible count, which breaks the whole object.</summary>
    private long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var n) && n is >= 0 and <= Implausible)
            return n;
        reader.Skip();
        _isBroken = true;
        return null;
    }
}
