namespace IronCage.Safety.Text;

/// <summary>
/// The part of a text that is at hand. Index 0 is the start of the text, or so far left of everything undecided that no rule looks beyond it.
/// </summary>
internal readonly ref struct TextWindow(ReadOnlySpan<byte> bytes, bool final, long origin)
{
    /// <summary>
    /// How many bytes left of an undecided byte are kept: a candidate may begin 86 bytes before its anchor, its context 64 bytes before that, and a redacted
    /// form cut by the edge of the context needs 32 more.
    /// </summary>
    public const int LeftReach = 256;

    public readonly ReadOnlySpan<byte> Bytes = bytes;

    /// <summary>Whether nothing follows. While false, the end of <see cref="Bytes"/> proves nothing.</summary>
    public readonly bool Final = final;

    /// <summary>The offset of index 0 in the whole text.</summary>
    public readonly long Origin = origin;
}
