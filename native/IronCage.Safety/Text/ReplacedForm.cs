using System.Runtime.CompilerServices;

namespace IronCage.Safety.Text;

/// <summary>
/// What stands where something was found and replaced: a redacted form (<c>[EMAIL_REDACTED]</c>), or a token or hash (<c>[EMAIL_KJ7Q2ZP4M0XNT5WA]</c>). Nothing is found in it,
/// and nothing beside it becomes a finding by its being there.
/// </summary>
internal static class ReplacedForm
{
    /// <summary>The longest there is, brackets included. Longer ones are text like any other.</summary>
    public const int Longest = 96;

    /// <summary>Characters of the code of a token.</summary>
    public const int CodeLength = 16;

    /// <summary>
    /// A code begins with a letter and has no more digits in a row than this: so no number of anybody can pass for one, and hide.
    /// </summary>
    private const int MostDigits = 2;

    private static readonly ByteSet Inside = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    private static ReadOnlySpan<byte> RedactedTail => "_REDACTED]"u8;

    /// <summary>Whether the text ends with one, from its opening bracket on.</summary>
    public static bool IsAtEnd(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || text[^1] != ']')
            return false;
        bool isRedacted = text.EndsWith(RedactedTail);
        int name = text.Length - (isRedacted ? RedactedTail.Length : CodeLength + 2);
        if (name < 2 || !IsInside(text[name - 1]) || text[name] != '_' || !(isRedacted || IsCode(text[(name + 1)..^1])))
            return false;
        return BracketBefore(text, text.Length - 2) is >= 0 and var bracket && text.Length - bracket <= Longest;
    }

    /// <summary>Whether the text holds one.</summary>
    public static bool IsIn(ReadOnlySpan<byte> text)
    {
        for (int close = text.IndexOf((byte)']'); close >= 0;)
        {
            if (IsAtEnd(text[..(close + 1)]))
                return true;
            int next = text[(close + 1)..].IndexOf((byte)']');
            close = next < 0 ? -1 : close + 1 + next;
        }

        return false;
    }

    /// <summary>Whether one begins with the bracket at <paramref name="bracket"/>.</summary>
    /// <param name="window">The text.</param>
    /// <param name="bracket">Where its opening bracket is.</param>
    /// <param name="end">One past its closing bracket.</param>
    public static MatchState At(in TextWindow window, int bracket, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = bracket + 1;
        while (end < text.Length && end - bracket < Longest && IsInside(text[end]))
            end++;
        if (end - bracket >= Longest)
            return MatchState.NoMatch;
        if (end >= text.Length)
            return window.AtEnd;
        return text[end] == ']' && IsAtEnd(text[bracket..++end]) ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>Whether a candidate lies in one, or takes a part of one; one that takes all of it and more is none of this matter.</summary>
    public static MatchState Touches(in TextWindow window, int start, int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int left = text[start] == '[' || MayGoOn(text, start) ? BracketBefore(text, start) : -1;
        if (left >= 0)
        {
            MatchState form = At(window, left, out int formEnd);
            if (form != MatchState.NoMatch && (left < start || formEnd >= end || form == MatchState.NeedMore))
                return form;
        }

        int right = end < text.Length && IsInside(text[end - 1]) && MayGoOn(text, end - 1) ? BracketBefore(text, end - 1) : -1;
        if (right <= start)
            return MatchState.NoMatch;
        return At(window, right, out _);
    }

    /// <summary>Whether <paramref name="place"/> is inside a form, or on its last bracket.</summary>
    public static MatchState Covers(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int bracket = BracketBefore(text, text[place] == ']' ? place - 1 : place);
        return bracket >= 0 && bracket < place ? At(window, bracket, out _) : MatchState.NoMatch;
    }

    /// <summary>The code of a token or hash: Crockford's base 32, that is digits and capitals without I, L, O and U.</summary>
    public static bool IsCode(ReadOnlySpan<byte> code)
    {
        if (code.Length != CodeLength || ByteClass.IsDigit(code[0]))
            return false;
        int digits = 0;
        foreach (byte b in code)
        {
            digits = ByteClass.IsDigit(b) ? digits + 1 : 0;
            if (digits > MostDigits || (digits == 0 && (!ByteClass.IsUpper(b) || b is (byte)'I' or (byte)'L' or (byte)'O' or (byte)'U')))
                return false;
        }

        return true;
    }

    /// <summary>The bracket of the form that <paramref name="at"/> may lie in: at it, or left of it with nothing but capitals, digits and <c>_</c> between; -1 if none.</summary>
    private static int BracketBefore(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length)
            return -1;
        if (text[at] == '[')
            return at;
        if (!IsInside(text[at]) || !MayGoOn(text, at))
            return -1;
        int least = Math.Max(0, at - Longest);
        int bracket = Inside.Start(text, least, at) - 1;
        return bracket >= least && text[bracket] == '[' ? bracket : -1;
    }

    /// <summary>Whether more of a form may stand before a byte of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayGoOn(ReadOnlySpan<byte> text, int at) => at > 0 && (text[at - 1] == '[' || IsInside(text[at - 1]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInside(byte b) => ByteClass.IsUpper(b) || ByteClass.IsDigit(b) || b == '_';
}
