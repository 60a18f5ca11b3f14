namespace IronCage.Cost;

/// <summary>
/// Cuts a text into the pieces that a tokenizer merges one by one: its splitting pattern, as a hand-written scanner. A type parameter, not an object: the loop over a text
/// is compiled for each.
/// </summary>
internal unsafe interface ISplitter
{
    /// <summary>The end of the piece that begins at <paramref name="at"/>, below <paramref name="end"/>, the end of the text. The text is valid UTF-8.</summary>
    static abstract byte* Next(byte* at, byte* end, CharacterClasses classes);
}
