using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>Puts values back into one channel of a streamed answer, after another screen has looked at what came. Values that come back are not looked at again.</summary>
/// <param name="inner">The other screen; null if none looks.</param>
/// <param name="use">What the text is for.</param>
/// <param name="restorer">Opens tokens.</param>
internal sealed class RestoringScreen(ITextScreen? inner, TextUse use, TokenRestorer restorer) : ITextScreen
{
    private readonly TokenStream _tokens = new(isJson: use.Role == TextRole.ToolArguments);
    private readonly List<FoundToken> _found = [];
    private readonly List<TextEdit> _waiting = [];
    private long _length;
    private long _edited;

    public long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits)
    {
        _length += piece.Length;
        var decided = inner?.Push(piece, final, _waiting) ?? _length;
        _found.Clear();
        decided = Math.Min(decided, _tokens.Push(piece, final, _found));
        if (_found.Count > 0)
            restorer.Restore(_found, use, _waiting);
        if (_waiting.Count > 0)
            Release(final ? long.MaxValue : decided, edits);
        return decided;
    }

    /// <summary>Hands out what begins before all that is still to come. A token inside a finding is gone with it.</summary>
    private void Release(long decided, List<TextEdit> edits)
    {
        _waiting.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var taken = 0;
        for (; taken < _waiting.Count && _waiting[taken].Start < decided; taken++)
        {
            if (_waiting[taken].Start < _edited)
                continue;
            edits.Add(_waiting[taken]);
            _edited = _waiting[taken].End;
        }
        _waiting.RemoveRange(0, taken);
    }
}
