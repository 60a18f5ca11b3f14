namespace IronCage.Core.Text;

/// <summary>
/// Screens one text that arrives in pieces (one channel of a stream). The pieces together are the text; offsets count its UTF-8 bytes from 0.
/// One thread at a time.
/// </summary>
public interface ITextScreen
{
    /// <summary>
    /// Takes the next piece. Edits that became certain are appended to <paramref name="edits"/>, ascending and disjoint, none of them before an earlier answer.
    /// </summary>
    /// <returns>How many bytes of the text are decided: no later edit will begin before that offset. Equal to the length so far when <paramref name="final"/>.</returns>
    long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits);
}
