using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads one chunk of a streamed answer.</summary>
internal ref struct ChatChunk
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly StreamReading _reading;
    private readonly int _offset;
    private bool _hasUsage;
    private bool _hasChoices;

    private ChatChunk(int offset, StreamReading reading)
    {
        _offset = offset;
        _reading = reading;
    }

    /// <summary>Reads the data of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where the data stands in the event; segments count from the event's beginning.</param>
    /// <param name="reading">Receives what the chunk says.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        if (new ChatChunk(offset, reading).TryReadStrictly(data))
            return true;
        reading.Clear();
        return NonFinite.Blank(data) is { } finite && new ChatChunk(offset, reading).TryReadStrictly(finite);
    }

    private bool TryReadStrictly(ReadOnlySpan<byte> data)
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
                    Walk(ref reader, "choices"u8, default, Fnv1a.Seed, 0, isWritten: false);
                }
                else if (ReaderText.Is(ref reader, "usage"u8))
                {
                    reader.Read();
                    _hasUsage = reader.TokenType == JsonTokenType.StartObject;
                    _reading.Usage = UsageWalker.Read<ChatUsage>(ref reader) ?? _reading.Usage;
                }
                else if (ReaderText.Is(ref reader, "error"u8))
                {
                    reader.Read();
                    _reading.IsError = reader.TokenType != JsonTokenType.Null;
                    reader.Skip();
                }
                else if (ReaderText.Is(ref reader, "service_tier"u8))
                {
                    reader.Read();
                    _reading.HasExtraCharge = reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8));
                    reader.Skip();
                }
                else
                {
                    var isModel = _reading.WantsModel && ReaderText.Is(ref reader, "model"u8);
                    var name = reader.ValueSpan;
                    reader.Read();
                    if (name.SequenceEqual("x_groq"u8))
                        TakeNested(reader);
                    if (isModel)
                        _reading.Model = ChatResponseReader.ModelName(reader);
                    if (StringKind.IsEnvelope(name))
                        reader.Skip();
                    else
                        Walk(ref reader, name, default, Fold(Fnv1a.Seed, name), 0, isWritten: false);
                }
            }
            _reading.IsUsageAlone = _hasUsage && !_hasChoices;
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Usage that a host tells inside another object: Groq in <c>x_groq</c>, Moonshot in the choice. By value: the caller's reader stays.</summary>
    private readonly void TakeNested(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = ReaderText.Is(ref reader, "usage"u8);
            reader.Read();
            if (isUsage)
                _reading.Usage ??= UsageWalker.Read<ChatUsage>(ref reader);
            else
                reader.Skip();
        }
    }

    private static WireUsage? UsageOf(Utf8JsonReader reader) => UsageWalker.Read<ChatUsage>(ref reader);

    /// <summary>Whether the choice at the reader says a piece of its text, too. By value: the caller's reader stays.</summary>
    private static bool HasDelta(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, "delta"u8))
                return true;
            reader.Read();
            reader.Skip();
        }
        return false;
    }

    /// <summary>
    /// What a choice said until now, which Perplexity repeats beside each piece: whole where it stands. Once a piece was edited the repetitions go, as log probabilities do; until
    /// then they say nothing that was not decided.
    /// </summary>
    private readonly void Repeated(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (name.SequenceEqual("role"u8))
                    return;
                _reading.LogProbabilities.Add((_offset + (int)reader.TokenStartIndex)..(_offset + (int)reader.BytesConsumed));
                if (reader.ValueSpan.Length > 0)
                    _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, _offset)) { Use = new TextUse(TextRole.Other, IsRepeat: true) });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Repeated(ref reader, name);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Repeated(ref reader, property);
                }
                return;
        }
    }

    private static ulong Fold(ulong key, ReadOnlySpan<byte> name) => Fnv1a.Add(Fnv1a.Add(key, name), (byte)'/');

    private static ulong Fold(ulong key, long index) => Fnv1a.Add(key, (ulong)index ^ 0x8000_0000_0000_0000);

    /// <summary>A text belongs to the channel of its path: the property names and the "index" of every object on the way.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="name">Its property.</param>
    /// <param name="parent">The property that holds its object.</param>
    /// <param name="key">The path so far.</param>
    /// <param name="tool">The path of the object that says which tool is used; 0 outside.</param>
    /// <param name="isWritten">Inside what the model wrote.</param>
    private void Walk(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> parent, ulong key, ulong tool, bool isWritten)
    {
        var segments = _reading.Segments;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (name.SequenceEqual("finish_reason"u8))
                    _reading.Finished++;
                if (reader.ValueSpan.Length == 0 || BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    return;
                var start = _offset + (int)reader.TokenStartIndex + 1;
                segments.Add(new StreamSegment(key, new TextSpan(start, start + reader.ValueSpan.Length, reader.ValueIsEscaped)) 
                {
                    Grows = StringKind.Grows(name, isWritten),
                    Use = new TextUse(StringKind.RoleOf(name, parent, isWritten)),
                    Tool = tool,
                });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    _hasChoices |= name.SequenceEqual("choices"u8);
                    Walk(ref reader, name, parent, key, tool, isWritten);
                }
                return;
            case JsonTokenType.StartObject:
                var first = segments.Count;
                var firstTool = _reading.Tools.Count;
                if (isWritten && StringKind.IsToolUse(name))
                {
                    tool = key;
                    _reading.AddTool(key, ToolUse.Of(reader, _offset));
                }
                long index = 0;
                var isChoice = name.SequenceEqual("choices"u8);
                var whole = isChoice ? reader : default;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8))
                    {
                        _reading.AddRepeated(ref reader, _offset);
                    }
                    else if (property.SequenceEqual("index"u8) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var n))
                    {
                        index = n;
                    }
                    else if (isChoice && property.SequenceEqual("message"u8) && HasDelta(whole))
                    {
                        Repeated(ref reader, property);
                    }
                    else
                    {
                        if (isChoice && property.SequenceEqual("usage"u8))
                            _reading.Usage ??= UsageOf(reader);
                        Walk(ref reader, property, name, Fold(key, property), tool, isWritten || StringKind.HoldsWriting(property));
                    }
                }
                for (var i = first; i < segments.Count; i++)
                    segments[i] = segments[i] with { Key = Fold(segments[i].Key, index), Tool = segments[i].Tool == 0 ? 0 : Fold(segments[i].Tool, index) };
                for (var i = firstTool; i < _reading.Tools.Count; i++)
                    _reading.Tools[i] = _reading.Tools[i] with { Key = Fold(_reading.Tools[i].Key, index) };
                return;
        }
    }
}
