using System.Text.Json;
using IronCage.Lang.Sse;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads one chunk of a streamed answer.</summary>
internal ref struct ChatChunk
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = ChatRequestReader.MaxDepth };

    public WireUsage? Usage { get; private set; }
    public bool HasUsage { get; private set; }
    public bool HasChoices { get; private set; }
    public bool IsError { get; private set; }
    public bool IsPremiumTier { get; private set; }
    /// <summary>How many choices of this chunk told why they ended.</summary>
    public int Finished { get; private set; }

    /// <summary>Reads the data of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where the data stands in the event; segments count from the event's beginning.</param>
    /// <param name="segments">Receives the texts.</param>
    /// <param name="logProbabilities">Receives the places of log probabilities.</param>
    public bool TryRead(ReadOnlySpan<byte> data, int offset, List<StreamSegment> segments, List<Range> logProbabilities)
    {
        if (TryReadStrictly(data, offset, segments, logProbabilities))
            return true;
        this = default;
        segments.Clear();
        logProbabilities.Clear();
        if (NonFinite.Blank(data) is { } finite && TryReadStrictly(finite, offset, segments, logProbabilities))
            return true;
        segments.Clear();
        logProbabilities.Clear();
        return false;
    }

    private bool TryReadStrictly(ReadOnlySpan<byte> data, int offset, List<StreamSegment> segments, List<Range> logProbabilities)
    {
        try
        {
            var reader = new Utf8JsonReader(data, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (ReaderText.Is(ref reader, "choices"u8))
                {
                    reader.Read();
                    Walk(ref reader, offset, "choices"u8, Seed, isWritten: false, segments, logProbabilities);
                }
                else if (ReaderText.Is(ref reader, "usage"u8))
                {
                    reader.Read();
                    HasUsage = reader.TokenType == JsonTokenType.StartObject;
                    Usage = UsageReader.Read(ref reader);
                }
                else if (ReaderText.Is(ref reader, "error"u8))
                {
                    reader.Read();
                    IsError = reader.TokenType != JsonTokenType.Null;
                    reader.Skip();
                }
                else if (ReaderText.Is(ref reader, "service_tier"u8))
                {
                    reader.Read();
                    IsPremiumTier = reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8));
                    reader.Skip();
                }
                else
                {
                    var name = reader.ValueSpan;
                    reader.Read();
                    if (StringKind.IsEnvelope(name))
                        reader.Skip();
                    else
                        Walk(ref reader, offset, name, Fold(Seed, name), isWritten: false, segments, logProbabilities);
                }
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private const ulong Seed = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private static ulong Fold(ulong key, ReadOnlySpan<byte> name)
    {
        foreach (var b in name)
            key = (key ^ b) * Prime;
        return (key ^ 0x2F) * Prime;
    }

    private static ulong Fold(ulong key, long index) => (key ^ (ulong)index ^ 0x8000_0000_0000_0000) * Prime;

    /// <summary>A text belongs to the channel of its path: the property names and the "index" of every object on the way.</summary>
    private void Walk(
        ref Utf8JsonReader reader, int offset, ReadOnlySpan<byte> name, ulong key, bool isWritten, List<StreamSegment> segments, List<Range> logProbabilities)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (name.SequenceEqual("finish_reason"u8))
                    Finished++;
                if (reader.ValueSpan.Length == 0 || StringKind.IsEncodedBytes(name, reader.ValueSpan))
                    return;
                var start = offset + (int)reader.TokenStartIndex + 1;
                segments.Add(new StreamSegment(key, new TextSpan(start, start + reader.ValueSpan.Length, reader.ValueIsEscaped)) { Grows = StringKind.Grows(name, isWritten) });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    HasChoices |= name.SequenceEqual("choices"u8);
                    Walk(ref reader, offset, name, key, isWritten, segments, logProbabilities);
                }
                return;
            case JsonTokenType.StartObject:
                var first = segments.Count;
                long index = 0;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8))
                    {
                        var from = offset + (int)reader.TokenStartIndex;
                        var present = reader.TokenType != JsonTokenType.Null;
                        reader.Skip();
                        if (present)
                            logProbabilities.Add(from..(offset + (int)reader.BytesConsumed));
                    }
                    else if (property.SequenceEqual("index"u8) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var n))
                    {
                        index = n;
                    }
                    else
                    {
                        Walk(ref reader, offset, property, Fold(key, property), isWritten || StringKind.HoldsWriting(property), segments, logProbabilities);
                    }
                }
                for (var i = first; i < segments.Count; i++)
                    segments[i] = segments[i] with { Key = Fold(segments[i].Key, index) };
                return;
        }
    }
}
