using System.Runtime.CompilerServices;

namespace IronCage.Safety.Text;

/// <summary>
/// What may stand beside a finding. Looks one byte past it, or two when the first is a joiner, or over a <see cref="ReplacedForm"/>.
/// </summary>
/// <remarks>
/// A redacted form or a token beside a candidate rules it out, also across one joiner. So a number that was no finding because of what followed does not become one
/// when that is replaced: redacting twice changes nothing more. No rule looks further than this past a candidate's end, for the same reason.
/// </remarks>
internal static class Edge
{
    /// <summary>Whether a candidate may begin at <paramref name="start"/>: not inside an identifier, not beside a replaced form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LeftFree(ReadOnlySpan<byte> text, int start) => start == 0 || text[start - 1] == ' ' || IsLeftFree(text, start);

    private static bool IsLeftFree(ReadOnlySpan<byte> text, int start)
    {
        byte before = text[start - 1];
        if (ByteClass.IsWord(before))
            return IsEscape(text, start);
        if (before == ']')
            return !ReplacedForm.IsAtEnd(text[..start]);
        return !(IsJoiner(before) || IsWrittenAt(text, start)) || !ReplacedForm.IsAtEnd(text[..(start - 1)]);
    }

    /// <summary>Whether <c>=40</c> stands there, an at sign in quoted-printable mail, whose name may be what was replaced.</summary>
    private static bool IsWrittenAt(ReadOnlySpan<byte> text, int start) => text[start - 1] == '=' && text[start..].StartsWith("40"u8);

    /// <summary>Whether the byte before <paramref name="start"/> ends a character written as an escape (<c>\n</c>, <c>\u003c</c>), as in JSON inside a text.</summary>
    public static bool IsEscape(ReadOnlySpan<byte> text, int start) =>
        (start >= 2 && text[start - 2] == '\\' && (text[start - 1] is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f')) || IsCodeEscape(text, start);

    /// <summary>Where the word that begins at <paramref name="start"/> begins in truth: behind an escape whose backslash stands before it (<c>\nsk-…</c>, <c>\u003csk-…</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipEscape(ReadOnlySpan<byte> text, int start) => start == 0 || text[start - 1] != '\\' ? start : BehindEscape(text, start);

    private static int BehindEscape(ReadOnlySpan<byte> text, int start)
    {
        if (start + CodeEscape - 1 <= text.Length && IsCodeEscape(text, start + CodeEscape - 1))
            return start + CodeEscape - 1;
        return IsEscape(text, start + 1) ? start + 1 : start;
    }

    /// <summary>Whether the six bytes before <paramref name="start"/> are <c>\uXXXX</c>.</summary>
    public static bool IsCodeEscape(ReadOnlySpan<byte> text, int start) =>
        start >= CodeEscape && text[start - CodeEscape] == '\\' && text[start - CodeEscape + 1] == 'u'
        && ByteClass.IsHex(text[start - 4]) && ByteClass.IsHex(text[start - 3]) && ByteClass.IsHex(text[start - 2]) && ByteClass.IsHex(text[start - 1]);

    private const int CodeEscape = 6;

    /// <summary>Whether a digit and one of <paramref name="joiners"/> stand before <paramref name="start"/>: the candidate continues a number.</summary>
    public static bool ContinuesNumber(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> joiners) =>
        start >= 2 && joiners.Contains(text[start - 1]) && (ByteClass.IsDigit(text[start - 2]) || text[start - 2] == '*');

    /// <summary>
    /// Whether a candidate may end at <paramref name="end"/>: not inside an identifier or a word of Latin letters with marks, not followed by one of <paramref name="joiners"/> and a digit (a masked
    /// one too), not beside a replaced form.
    /// </summary>
    /// <returns><see cref="MatchState.Match"/> if it may.</returns>
    public static MatchState Right(in TextWindow window, int end, ReadOnlySpan<byte> joiners)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (end >= text.Length)
            return window.Final ? MatchState.Match : MatchState.NeedMore;
        byte next = text[end];
        if (ByteClass.IsWord(next) || ByteClass.IsLatinLead(next))
            return MatchState.NoMatch;
        if (next == '[')
            return NotForm(window, end);
        if (!IsJoiner(next))
            return MatchState.Match;
        if (end + 1 >= text.Length)
            return window.Final ? MatchState.Match : MatchState.NeedMore;
        byte after = text[end + 1];
        if (after == '[')
            return NotForm(window, end + 1);
        return (ByteClass.IsDigit(after) || after == '*') && joiners.Contains(next) ? MatchState.NoMatch : MatchState.Match;
    }

    /// <summary>Whether no replaced form stands at <paramref name="end"/>, nor behind one joiner there: the part of <see cref="Right"/> that is about forms alone.</summary>
    public static MatchState RightOfForm(in TextWindow window, int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (end < text.Length && IsJoiner(text[end]))
            end++;
        if (end >= text.Length)
            return window.Final ? MatchState.Match : MatchState.NeedMore;
        return text[end] == '[' ? NotForm(window, end) : MatchState.Match;
    }

    private static bool IsJoiner(byte b) => b is (byte)'.' or (byte)'-' or (byte)':' or (byte)'/' or (byte)',';

    private static MatchState NotForm(in TextWindow window, int bracket) => ReplacedForm.At(window, bracket, out _) switch
    {
        MatchState.Match => MatchState.NoMatch,
        MatchState.NoMatch => MatchState.Match,
        var open => open,
    };
}
