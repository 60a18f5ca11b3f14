namespace IronCage.Safety.Text;

/// <summary>Folds short texts that the user gave, so that they are compared with what recognisers see.</summary>
internal static class WholeFold
{
    [ThreadStatic]
    private static FoldedText? folding;

    /// <summary>The folded bytes, valid until this thread's next call.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text)
    {
        FoldedText fold = folding ??= new FoldedText();
        fold.Reset();
        return fold.Push(text, final: true);
    }
}
