using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// Where a URL in a text ends. It goes on over every byte that RFC 3986 allows but quotes and square brackets, and over Latin letters with marks; a comma only
/// between digits of a query or place. It ends before a closing parenthesis that it did not open, and gives back punctuation at its end. After
/// <see cref="Most"/> bytes it ends where it is.
/// </summary>
/// <remarks>
/// A run of such bytes that goes on with a redacted form is no URL: what stood there was part of one. Anything else that follows a run ended it before, so
/// redacting twice changes nothing more.
/// </remarks>
internal static class UrlText
{
    /// <summary>The longest URL: a stream holds it back.</summary>
    public const int Most = 256;

    private static readonly bool[] Allowed = Table("!#$%&()*+-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    /// <summary>Those of them that nothing else decides about.</summary>
    private static readonly ByteSet Plain = ByteSet.Of("!#$%&*+-./0123456789:;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    /// <summary>Reads on.</summary>
    /// <param name="window">The text.</param>
    /// <param name="start">Where the URL begins.</param>
    /// <param name="from">From where on anything of a URL may follow.</param>
    /// <param name="end">Where it ends.</param>
    public static MatchState ReadEnd(in TextWindow window, int start, int from, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int limit = start + Most;
        int most = Math.Min(limit, text.Length);
        int i = end = from;
        int open = 0;
        bool query = false;
        while ((i = Plain.End(text, i, most)) < limit)
        {
            if (i >= text.Length)
            {
                if (!window.Final)
                    return MatchState.NeedMore;
                break;
            }

            byte b = text[i];
            if (b >= 0x80)
            {
                if (!ByteClass.IsLatinLead(b))
                    break;
                if (i + 1 >= text.Length && !window.Final)
                    return MatchState.NeedMore;
                if (i + 2 > limit || i + 1 >= text.Length || !ByteClass.IsLatinPair(b, text[i + 1]))
                    break;
                i += 2;
                continue;
            }

            if (b == ',')
            {
                if (!query || !ByteClass.IsDigit(text[i - 1]))
                    break;
                if (i + 1 >= text.Length && !window.Final)
                    return MatchState.NeedMore;
                if (i + 1 >= text.Length || !ByteClass.IsDigit(text[i + 1]))
                    break;
            }
            else if (!Allowed[b] || (b == ')' && open == 0))
            {
                break;
            }

            open += b == '(' ? 1 : b == ')' ? -1 : 0;
            query |= b is (byte)'?' or (byte)'@';
            i++;
        }

        MatchState edge = i < limit ? Edge.Right(window, i, ""u8) : Edge.RightOfForm(window, i);
        if (edge != MatchState.Match)
            return edge;
        end = Trim(text, from, i);
        return MatchState.Match;
    }

    /// <summary>Whether a URL goes on at the end of a text, over what was replaced in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the scheme of the URL has ended.</param>
    public static bool GoesOn(ReadOnlySpan<byte> text, int from)
    {
        int open = 0;
        bool query = false;
        for (int i = from; i < text.Length; i++)
        {
            byte b = text[i];
            bool isEnd = i + 1 == text.Length;
            if (b >= 0x80)
            {
                if (!ByteClass.IsLatinLead(b) || (!isEnd && !ByteClass.IsLatinPair(b, text[i + 1])))
                    return false;
                i++;
            }
            else if (b == '[')
            {
                int close = text[i..].IndexOf((byte)']');
                if (close < 0 || !ReplacedForm.IsAtEnd(text[i..(i + close + 1)]))
                    return false;
                i += close;

                // It may have held what makes a query.
                query = true;
            }
            else if (b == ',' ? !query || !ByteClass.IsDigit(text[i - 1]) || (!isEnd && !ByteClass.IsDigit(text[i + 1])) : !Allowed[b] || (b == ')' && open == 0))
            {
                return false;
            }

            open += b == '(' ? 1 : b == ')' ? -1 : 0;
            query |= b is (byte)'?' or (byte)'@';
        }

        return true;
    }

    private static int Trim(ReadOnlySpan<byte> text, int from, int end)
    {
        while (end > from)
        {
            byte last = text[end - 1];
            bool opens = last == '(' || (last == ')' && IsUnopened(text[from..end]));
            if (!opens && last is not ((byte)'.' or (byte)',' or (byte)';' or (byte)':' or (byte)'!' or (byte)'?' or (byte)'*' or (byte)'_' or (byte)'~' or (byte)'&'))
                break;
            end--;
        }

        return end;
    }

    private static bool IsUnopened(ReadOnlySpan<byte> value) => value.Count((byte)')') > value.Count((byte)'(');

    private static bool[] Table(string allowed)
    {
        var table = new bool[256];
        foreach (char c in allowed)
            table[c] = true;
        return table;
    }
}
