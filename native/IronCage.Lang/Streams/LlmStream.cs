using System.Buffers;
using System.Runtime.InteropServices;
using IronCage.Core.Text;

namespace IronCage.Lang.Streams;

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
    private readonly Dictionary<ulong, StreamedToolCall> _tools = [];
    private readonly List<StreamedToolCall> _toolCalls = [];
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

    /// <summary>Receives what the events say of the answer; null, which is the default: nobody asks.</summary>
    public AnswerFacts? Facts { get; set; }

    /// <summary>What the event at hand says.</summary>
    private protected StreamReading Reading { get; } = new();

    /// <summary>The usage that the stream told; null until then.</summary>
    public WireUsage? Usage { get; private protected set; }

    /// <summary>The tools that the answer uses, in the order in which they came, those that the provider ran included.</summary>
    public IReadOnlyList<StreamedToolCall> ToolCalls => _toolCalls;

    /// <summary>How many names stand in <see cref="ToolCalls"/>: it grows when there is something new to judge.</summary>
    public int ToolNames { get; private set; }

    /// <summary>As <see cref="LlmAnswer.Model"/>.</summary>
    public string? Model { get; private set; }

    /// <summary>The last event of the protocol arrived: the answer is whole.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The provider reported an error inside the stream.</summary>
    public bool HasError { get; private set; }

    /// <summary>As <see cref="LlmAnswer.HasExtraCharge"/>.</summary>
    public bool HasExtraCharge { get; private set; }

    /// <summary>From some place on the bytes are none of the protocol's: what follows is screened as one text, and its events are unknown.</summary>
    public bool IsDamaged { get; private set; }

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
        if (_partialLength >= MostKept || ((_isTorn || IsDamaged) && _partialLength > 0))
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
            AcceptRest(rest);
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
        while (!IsDamaged && EventLength(bytes[used..], looked) is var length and not 0)
        {
            if (length < 0)
            {
                IsDamaged = true;
                break;
            }
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

    /// <summary>The length of the first event in <paramref name="bytes"/>; 0 when it is not whole yet, −1 when what stands there is none and nobody can say where the next begins.</summary>
    /// <param name="bytes">What has arrived and is not consumed.</param>
    /// <param name="looked">How much of it was looked at in vain.</param>
    private protected abstract int EventLength(ReadOnlySpan<byte> bytes, int looked);

    /// <summary>Takes a whole event.</summary>
    private protected abstract void Accept(byte[] raw);

    /// <summary>Takes what is left at the end of the stream: an event without its end.</summary>
    private protected virtual void AcceptRest(byte[] rest) => Accept(rest);

    /// <summary>Takes what an event said about usage.</summary>
    private protected virtual void TakeUsage(StreamReading reading) => Usage = reading.Usage ?? Usage;

    /// <summary>Takes an event that was read.</summary>
    /// <param name="raw">The bytes that its segments stand in.</param>
    /// <param name="original">As of <see cref="StreamEvent.Original"/>.</param>
    /// <param name="wrap">As of <see cref="StreamEvent.Wrap"/>.</param>
    private protected void AcceptReading(byte[] raw, byte[]? original, Func<byte[], byte[]>? wrap = null)
    {
        TakeUsage(Reading);
        foreach (ref readonly var tool in CollectionsMarshal.AsSpan(Reading.Tools))
            Use(raw, tool);
        Model ??= Reading.Model;
        HasError |= Reading.IsError;
        HasExtraCharge |= Reading.HasExtraCharge;
        Finished += Reading.Finished;
        IsDone |= Reading.IsEnd;
        if (Reading.Closes is { } closed)
            Decide(closed);
        Queue(raw, original, _hideUsage && Reading.IsUsageAlone, wrap);
        if (Reading.IsEnd)
            DecideAll();
    }

    /// <summary>Data that is no JSON (a cut last event, a foreign extension) is text of a channel of its own: better scanned than trusted.</summary>
    /// <param name="raw">The event.</param>
    /// <param name="data">Where it stands.</param>
    /// <param name="original">As of <see cref="StreamEvent.Original"/>.</param>
    /// <param name="wrap">As of <see cref="StreamEvent.Wrap"/>.</param>
    /// <param name="hidden">Nobody is to have it.</param>
    private protected void Unreadable(byte[] raw, Range data, byte[]? original, Func<byte[], byte[]>? wrap = null, bool hidden = false)
    {
        Reading.Clear();
        if (data.End.Value > data.Start.Value)
            Reading.Segments.Add(new StreamSegment(0, new TextSpan(data.Start.Value, data.End.Value, Escaped: false)) { Grows = true, Group = -1 });
        Queue(raw, original, hidden, wrap);
    }

    /// <summary>Of this event it is not known what it is, and of those behind it neither: as <see cref="IsDamaged"/>.</summary>
    private protected void Damaged(byte[] raw)
    {
        IsDamaged = true;
        Unreadable(raw, 0..raw.Length, null);
    }

    /// <summary>Puts an event with the segments of <see cref="Reading"/> behind the others.</summary>
    private protected void Queue(byte[] raw, byte[]? original, bool hidden, Func<byte[], byte[]>? wrap = null)
    {
        var segments = Reading.Segments.Count == 0 ? [] : Reading.Segments.ToArray();
        foreach (ref var segment in segments.AsSpan())
        {
            var text = segment.Place.Read(raw, ref _scratch);
            segment.TextLength = text.Length;
            segment.Channel = Channel(segment);
            segment.TextStart = segment.Channel.Length;
            if (segment.Grows)
                Count(text);
            Use(segment, text);
            segment.Channel.Push(text, final: !segment.Grows);
        }
        Enqueue(new StreamEvent(raw, hidden)
        {
            Segments = segments,
            LogProbabilities = Reading.LogProbabilities.Count == 0 ? [] : [.. Reading.LogProbabilities],
            Original = original,
            Wrap = wrap,
        });
    }

    private TextUse Use(in StreamSegment segment) => segment.Tool == 0 ? segment.Use : segment.Use with { Tool = _tools.GetValueOrDefault(segment.Tool)?.Name };

    private void Use(byte[] raw, in StreamedTool tool)
    {
        if (_tools.TryGetValue(tool.Key, out var call))
            ToolNames += call.NameAgain(tool.Name) ? 1 : 0;
        else
            call = Begin(tool.Key, tool.Name);
        call.Hold(raw.AsSpan()[tool.Arguments]);
    }

    private StreamedToolCall Begin(ulong key, string? name)
    {
        var call = new StreamedToolCall(name);
        _tools[key] = call;
        _toolCalls.Add(call);
        ToolNames++;
        return call;
    }

    /// <summary>A piece of what a tool is used with. Of one that no event named it is known now that it is used.</summary>
    private void Use(in StreamSegment segment, ReadOnlySpan<byte> text)
    {
        if (segment.Tool == 0 || !segment.Grows || segment.Use.Role is not (TextRole.ToolArguments or TextRole.ToolInput))
            return;
        (_tools.GetValueOrDefault(segment.Tool) ?? Begin(segment.Tool, name: null)).Append(text);
    }

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

    /// <summary>Puts an event behind the others.</summary>
    private protected void Enqueue(StreamEvent next)
    {
        _waiting.Enqueue(next);
        _waitingBytes += next.Size;
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
            _waitingBytes -= next.Size;
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
