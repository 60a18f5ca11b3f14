namespace IronCage.Safety.Text;

/// <summary>
/// The part of a text that is at hand. Index 0 is the start of the text, or so far left of everything undecided that no rule looks beyond it.
/// </summary>
internal readonly ref struct TextWindow(ReadOnlySpan<byte> bytes, bool final, long origin, ScanScratch scratch)
{
    /// <summary>
    /// How many bytes left of an undecided byte are kept: a candidate may begin 86 bytes before its place, its context 64 bytes before that, and the
    /// token cut by the edge of the context needs 19 more; a token in which it lies begins 96 before it.
    /// </summary>
    public const int LeftReach = 256;

    public readonly ReadOnlySpan<byte> Bytes = bytes;

    /// <summary>Whether nothing follows. While false, the end of <see cref="Bytes"/> proves nothing.</summary>
    public readonly bool Final = final;

    /// <summary>The offset of index 0 in the whole text.</summary>
    public readonly long Origin = origin;

    /// <summary>What recognisers that look at the same place share.</summary>
    public readonly ScanScratch Scratch = scratch;

    /// <summary>What the text's end means while something is still open: nothing there, or more to come.</summary>
    public MatchState AtEnd => Final ? MatchState.NoMatch : MatchState.NeedMore;

    /// <summary>Whether one of the words stands left of <paramref name="start"/>, within <see cref="LeftContext.Width"/> bytes.</summary>
    public bool HasContext(ContextSet words, int start) => Scratch.Contexts(this, start).Has(words);

    /// <summary>How many bytes lie between the nearest of the words and <paramref name="start"/>; for the choice between sets, not for the first question.</summary>
    public int ContextDistance(ContextSet words, int start) => Scratch.ContextDistance(this, words, start);

    /// <summary>The digits from <paramref name="start"/> on, with what separates them; read once for all recognisers.</summary>
    public NumberRun Number(int start) => Scratch.Number(this, start);
}
