namespace IronCage.Lang.Streams;

/// <summary>The part of a channel's text that one event carries.</summary>
/// <param name="Key">Identity of the channel within the stream.</param>
/// <param name="Place">Where the text stands in the event's data.</param>
internal record struct StreamSegment(ulong Key, TextSpan Place)
{
    public StreamChannel? Channel { get; set; }

    /// <summary>More of the same text may come with later events.</summary>
    public bool Grows { get; init; }

    /// <summary>As <see cref="StreamChannel.Group"/>.</summary>
    public long Group { get; init; }

    /// <summary>What it is for; the name of its tool may be known by <see cref="Tool"/> only.</summary>
    public TextUse Use { get; init; }

    /// <summary>Identity, within the stream, of the tool whose arguments it belongs to; 0 if none.</summary>
    public ulong Tool { get; init; }

    /// <summary>Offset of its first byte in the channel's text.</summary>
    public long TextStart { get; set; }

    public int TextLength { get; set; }

    public readonly long TextEnd => TextStart + TextLength;
}
