using System.Buffers;
using IronCage.Core.Text;

namespace IronCage.Lang.Sse;

/// <summary>
/// A streamed answer of any protocol, fed in pieces that may be cut anywhere. Hands on the very bytes that came, late by what the screens hold back,
/// except where an edit falls. Events keep their order. One thread at a time.
/// </summary>
/// <remarks>What an event means is the protocol's: it fills a <see cref="StreamReading"/>; everything else is here.</remarks>
public abstract class LlmStream
{
    /// <summary>How much of the answer is kept for counting tokens if it is cut; beyond it only bytes are counted.</summary>
    private const int KeptText = 1 << 20;

    /// <summary>
    /// The most that is kept of an event without an end, and of events that wait behind a text that is not decided. No provider sends the like, and the memory of the
    /// host must not be the sender's to fill: an event that grows longer is handed on as it comes, screened as one text, and events that wait longer are decided with
    /// what there is of their texts.
    /// </summary>
    private const int MostKept = 8 << 20;

    private readonly Queue<StreamEvent> _waiting = new();
    private readonly Dictionary<ulong, StreamChannel> _channels = [];
    private readonly Dictionary<ulong, string> _tools = [];
    private readonly StreamReading _reading = new();
    private readonly Func<TextUse, ITextScreen>? _newScreen;
    private readonly bool _hideUsage;
    private readonly ArrayBufferWriter<byte> _text = new();
    private byte[] _partial = [];
    private int _partialLength;
    private bool _isTorn; // the event that is arriving was too long, and its beginning was handed on
    private long _waitingBytes;
    private byte[] _scratch = [];
    private bool _edited;

    /// <param name="newScreen">Makes the screen of a channel, given what its text is for; null hands everything on unscreened.</param>
    /// <param name="hideUsage">An event that holds nothing but usage was asked for on the caller's behalf and is not handed on.</param>
    private protected LlmStream(Func<TextUse, ITextScreen>? newScreen, bool hideUsage)
    {
        _newScreen = newScreen;
        _hideUsage = hideUsage;
    }

    /// <summary>The usage that the stream told; null until then.</summary>
    public WireUsage? Usage { get; private protected set; }

    /// <summary>As <see cref="LlmAnswer.Model"/>.</summary>
    public string? Model { get; private set; }

    /// <summary>The last event of the protocol arrived: the answer is whole.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The provider reported an error inside the stream.</summary>
    public bool HasError { get; private set; }

    /// <summary>As <see cref="LlmAnswer.HasExtraCharge"/>.</summary>
    public bool HasExtraCharge { get; private set; }

    /// <summary>As many choices as were asked for told why they ended, or the last event came: the usage told until now is that of the whole answer.</summary>
    public bool HasFinished => IsDone || Finished >= Choices;

    /// <summary>How many choices told why they ended.</summary>
    private protected int Finished { get; private set; }

    private protected virtual int Choices => 1;

    /// <summary>Bytes of answer text so far.</summary>
    public long TextBytes { get; private set; }

    /// <summary>The answer's text so far, at most 1 MiB of it, all channels in the order of arrival.</summary>
    public ReadOnlySpan<byte> Text => _text.WrittenSpan;

    /// <summary>Takes the next piece and writes what may be handed on.</summary>
    public void Feed(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (_partialLength == 0)
        {
            var used = Consume(piece, 0);
            Keep(piece[used..]);
        }
        else
        {
            var looked = Math.Max(0, _partialLength - 3);
            Keep(piece);
            var used = Consume(_partial.AsSpan(0, _partialLength), looked);
            _partial.AsSpan(used, _partialLength - used).CopyTo(_partial);
            _partialLength -= used;
        }
        if (_partialLength >= MostKept || (_isTorn && _partialLength > 0))
        {
            _isTorn = true;
            var part = _partial.AsSpan(0, _partialLength).ToArray();
            _partialLength = 0;
            Unreadable(part, 0..part.Length, null);
        }
        Release(output);
    }

    /// <summary>The stream ended: decides everything and writes what was still held back, an incomplete last event included.</summary>
    public void Finish(IBufferWriter<byte> output)
    {
        if (_partialLength > 0)
        {
            var rest = _partial.AsSpan(0, _partialLength).ToArray(); // never of an event that was torn: of those nothing is kept
            _partialLength = 0;
            Accept(rest);
        }
        DecideAll();
        Release(output);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            return;
        var needed = _partialLength + bytes.Length;
        if (_partial.Length < needed)
            Array.Resize(ref _partial, Math.Max(needed, Math.Max(1024, 2 * _partial.Length)));
        bytes.CopyTo(_partial.AsSpan(_partialLength));
        _partialLength = needed;
    }

    private int Consume(ReadOnlySpan<byte> bytes, int looked)
    {
        var used = 0;
        while (EventLength(bytes[used..], looked) is var length and > 0)
        {
            var raw = bytes.Slice(used, length).ToArray();
            if (_isTorn)
                Unreadable(raw, 0..raw.Length, null);
            else
                Accept(raw);
            _isTorn = false;
            used += length;
            looked = 0;
        }
        return used;
    }

    /// <summary>Length of the first whole event in what arrived, 0 when it is not whole yet; as of <see cref="SseFraming.EventLength"/>.</summary>
    private protected virtual int EventLength(ReadOnlySpan<byte> bytes, int looked) => SseFraming.EventLength(bytes, looked);

    /// <summary>Takes a whole event, or the incomplete last one.</summary>
    private protected virtual void Accept(byte[] raw)
    {
        if (!SseFraming.TryFindData(raw, out var data, out var single))
        {
            Foreign(raw);
            return;
        }
        if (single)
        {
            AcceptData(raw, data, null);
            return;
        }
        // Several data lines are one object over several lines, or, from servers that forget the blank line, an event each.
        var joined = SseFraming.Join(raw);
        SseFraming.TryFindData(joined, out data, out _);
        _reading.Clear();
        if (TryRead(joined.AsSpan()[data], data.Start.Value, _reading))
        {
            AcceptReading(joined, raw);
            return;
        }
        foreach (var line in SseFraming.Lines(raw))
        {
            var part = raw[line];
            if (SseFraming.TryFindData(part, out data, out _))
                AcceptData(part, data, null);
            else
                Foreign(part);
        }
    }

    /// <summary>Reads the data of an event; false when it is nothing of the protocol, whatever was filled in by then. Segments count from the event's beginning.</summary>
    private protected abstract bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading);

    /// <summary>Takes what an event said about usage.</summary>
    private protected virtual void TakeUsage(StreamReading reading) => Usage = reading.Usage ?? Usage;

    /// <summary>Takes an event whose data stands at a place of it.</summary>
    private protected void AcceptData(byte[] raw, Range data, byte[]? original)
    {
        _reading.Clear();
        if (!TryRead(raw.AsSpan()[data], data.Start.Value, _reading))
        {
            Unreadable(raw, data, original);
            return;
        }
        AcceptReading(raw, original);
    }

    private void AcceptReading(byte[] raw, byte[]? original)
    {
        TakeUsage(_reading);
        foreach (var (tool, name) in _reading.Tools)
            _tools.TryAdd(tool, name); // which it stays, whatever comes
        Model ??= _reading.Model;
        HasError |= _reading.IsError;
        HasExtraCharge |= _reading.HasExtraCharge;
        Finished += _reading.Finished;
        IsDone |= _reading.IsEnd;
        if (_reading.Closes is { } closed)
            Decide(closed);
        Queue(raw, original, _hideUsage && _reading.IsUsageAlone);
        if (_reading.IsEnd)
            DecideAll();
    }

    /// <summary>An event without data: comments and fields of the protocol pass; anything else is no event at all, and screened as one text.</summary>
    private void Foreign(byte[] raw)
    {
        foreach (var line in SseFraming.Lines(raw))
        {
            var text = raw.AsSpan()[line].TrimEnd("\r\n"u8);
            if (text.StartsWith("\uFEFF"u8))
                text = text[3..];
            if (text.IsEmpty || text[0] == (byte)':' || text.StartsWith("event:"u8) || text.StartsWith("id:"u8) || text.StartsWith("retry:"u8))
                continue;
            Unreadable(raw, 0..raw.Length, null);
            return;
        }
        Enqueue(new StreamEvent(raw, hidden: false));
    }

    /// <summary>Data that is no JSON (a cut last event, a foreign extension) is text of a channel of its own: better scanned than trusted.</summary>
    private void Unreadable(byte[] raw, Range data, byte[]? original)
    {
        _reading.Clear();
        if (data.End.Value > data.Start.Value)
            _reading.Segments.Add(new StreamSegment(0, new TextSpan(data.Start.Value, data.End.Value, Escaped: false)) { Grows = true, Group = -1 });
        Queue(raw, original, hidden: false);
    }

    private void Queue(byte[] raw, byte[]? original, bool hidden)
    {
        var segments = _reading.Segments.Count == 0 ? [] : _reading.Segments.ToArray();
        foreach (ref var segment in segments.AsSpan())
        {
            var text = segment.Place.Read(raw, ref _scratch);
            segment.TextLength = text.Length;
            segment.Channel = Channel(segment);
            segment.TextStart = segment.Channel.Length;
            if (segment.Grows)
                Count(text);
            segment.Channel.Push(text, final: !segment.Grows);
        }
        Enqueue(new StreamEvent(raw, hidden)
        {
            Segments = segments,
            LogProbabilities = _reading.LogProbabilities.Count == 0 ? [] : [.. _reading.LogProbabilities],
            Original = original,
        });
    }

    private TextUse Use(in StreamSegment segment) => segment.Tool == 0 ? segment.Use : segment.Use with { Tool = _tools.GetValueOrDefault(segment.Tool) };

    private StreamChannel Channel(in StreamSegment segment)
    {
        if (segment.Grows && _channels.TryGetValue(segment.Key, out var open))
            return open;
        var channel = new StreamChannel(_newScreen?.Invoke(Use(segment)) ?? OpenScreen.Instance, segment.Group);
        if (segment.Grows)
            _channels[segment.Key] = channel;
        return channel;
    }

    private void Count(ReadOnlySpan<byte> text)
    {
        TextBytes += text.Length;
        var room = KeptText - _text.WrittenCount;
        if (room > 0)
            _text.Write(text[..Math.Min(room, text.Length)]);
    }

    /// <summary>Texts of this group are at their end.</summary>
    private void Decide(long group)
    {
        foreach (var (key, channel) in _channels)
        {
            if (channel.Group != group)
                continue;
            channel.Push(default, final: true);
            _channels.Remove(key); // what may still come is another text
        }
    }

    private void DecideAll()
    {
        foreach (var channel in _channels.Values)
            channel.Push(default, final: true);
        _channels.Clear(); // what may still come after the end is another text
    }

    /// <summary>Takes an event that says nothing.</summary>
    private protected void Enqueue(StreamEvent next)
    {
        _waiting.Enqueue(next);
        _waitingBytes += next.Raw.Length;
    }

    private void Release(IBufferWriter<byte> output)
    {
        while (_waiting.TryPeek(out var next))
        {
            if (!next.IsDecided)
            {
                if (_waitingBytes <= MostKept)
                    return;
                Decide(next);
            }
            _waiting.Dequeue();
            _waitingBytes -= next.Raw.Length;
            output.Write(next.Release(ref _edited).Span);
        }
    }

    /// <summary>The texts of this event are decided with what there is of them.</summary>
    private void Decide(StreamEvent next)
    {
        foreach (ref readonly var segment in next.Segments.AsSpan())
        {
            if (segment.Channel!.Decided >= segment.TextEnd)
                continue;
            segment.Channel.Push(default, final: true);
            _channels.Remove(segment.Key); // what comes is another text
        }
    }
}
