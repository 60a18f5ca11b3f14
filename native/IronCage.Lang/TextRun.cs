using System.Buffers;
using IronCage.Core.Text;

namespace IronCage.Lang;

/// <summary>One text of an answer that stands in it in several pieces, which whoever reads it puts together.</summary>
/// <param name="use">What it is for.</param>
public sealed class TextRun(TextUse use)
{
    private readonly List<TextSpan> _pieces = [];

    /// <summary>What it is for.</summary>
    public TextUse Use => use;

    /// <summary>The places of its pieces, in order.</summary>
    public IReadOnlyList<TextSpan> Pieces => _pieces;

    internal void Add(TextSpan piece) => _pieces.Add(piece);

    /// <summary>The whole text.</summary>
    /// <param name="body">The body it stands in.</param>
    /// <param name="ends">Receives where each piece ends in it.</param>
    public byte[] Read(ReadOnlySpan<byte> body, List<int> ends)
    {
        ArgumentNullException.ThrowIfNull(ends);
        var whole = new ArrayBufferWriter<byte>();
        byte[] scratch = [];
        foreach (var piece in _pieces)
        {
            whole.Write(piece.Read(body, ref scratch));
            ends.Add(whole.WrittenCount);
        }
        return whole.WrittenSpan.ToArray();
    }

    /// <summary>Turns edits of the whole text (ascending, disjoint) into edits of the body. One over several pieces puts its replacement into the first.</summary>
    public void ToRaw(ReadOnlySpan<byte> body, List<int> ends, List<TextEdit> edits, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(ends);
        ArgumentNullException.ThrowIfNull(edits);
        var local = new List<TextEdit>();
        var start = 0;
        for (var i = 0; i < _pieces.Count; i++)
        {
            local.Clear();
            foreach (var edit in edits)
            {
                if (edit.Start >= ends[i] || edit.End <= start)
                    continue;
                var begins = edit.Start >= start;
                local.Add(new TextEdit(begins ? edit.Start - start : 0, Math.Min(edit.End, ends[i]) - start, begins ? edit.Replacement : default));
            }
            if (local.Count > 0)
                _pieces[i].ToRaw(body, local, into);
            start = ends[i];
        }
    }
}
