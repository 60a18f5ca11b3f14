using System.Buffers;

namespace IronCage.Safety.Text;

/// <summary>
/// Characters that stand for an ASCII one in numbers and addresses: typographic spaces and hyphens (models write <c>415‑555‑2671</c> with U+2011), and characters
/// that were escaped before the text was put where it is (<c>bob%40example.com</c> in a query, <c>bob\u0040example.com</c> in JSON inside JSON). Recognisers read
/// the folded text; places are told in the text as it is.
/// </summary>
internal static class TextFold
{
    /// <summary>Most bytes of a sequence that folds; a text in pieces keeps back fewer.</summary>
    public const int Longest = 6;

    private static readonly SearchValues<byte> Leads = SearchValues.Create([0xC2, 0xE2, (byte)'%', (byte)'\\']);

    /// <summary>Where the first sequence that folds, or may turn out to, begins; -1 when there is none.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, bool final)
    {
        int at = 0;
        while (true)
        {
            int hop = text[at..].IndexOfAny(Leads);
            if (hop < 0)
                return -1;
            at += hop;
            if (Read(text[at..], final, out _, out _) != MatchState.NoMatch)
                return at;
            at++;
        }
    }

    /// <summary>Reads a sequence at the start of <paramref name="text"/>.</summary>
    /// <param name="text">What follows.</param>
    /// <param name="final">Whether the text ends where the span does.</param>
    /// <param name="length">How many bytes fold.</param>
    /// <param name="folded">What they stand for: one byte, or the two bytes of a Latin letter as lead × 256 + trail.</param>
    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out int length, out int folded)
    {
        (length, folded) = (0, 0);
        byte lead = text[0];
        int needed = lead switch { 0xC2 => 2, 0xE2 => 3, (byte)'%' => 3, (byte)'\\' => Longest, _ => 0 };
        if (needed == 0)
            return MatchState.NoMatch;
        if (text.Length < needed)
            return !final && MayFold(text) ? MatchState.NeedMore : MatchState.NoMatch;
        folded = lead switch
        {
            0xC2 => Fold(text[1] & 0x3F | 0x80),
            0xE2 when text[1] is >= 0x80 and <= 0xBF && text[2] is >= 0x80 and <= 0xBF => Fold(0x2000 | (text[1] & 0x3F) << 6 | (text[2] & 0x3F)),
            (byte)'%' => text[1] == '4' && text[2] == '0' ? '@' : 0,
            (byte)'\\' when text[1] == 'u' => FoldEscape(text),
            _ => 0,
        };
        if (folded == 0)
            return MatchState.NoMatch;
        length = needed;
        return MatchState.Match;
    }

    /// <summary>Whether a cut sequence can still become one that folds.</summary>
    private static bool MayFold(ReadOnlySpan<byte> text)
    {
        if (text.Length == 1)
            return true;
        if (text[0] == 0xE2)
            return text[1] is 0x80 or 0x88;
        if (text[0] == '%')
            return text[1] == '4';
        if (text[1] != 'u')
            return false;
        foreach (byte b in text[2..])
        {
            if (!ByteClass.IsHex(b))
                return false;
        }

        return true;
    }

    private static int FoldEscape(ReadOnlySpan<byte> text)
    {
        int value = 0;
        foreach (byte b in text[2..Longest])
        {
            if (!ByteClass.IsHex(b))
                return 0;
            value = value << 4 | ByteClass.HexValue(b);
        }

        if (value == '@')
            return value;
        if (value is < 0xC0 or > 0x24F)
            return Fold(value);
        var (lead, trail) = ((byte)(0xC0 | value >> 6), (byte)(0x80 | value & 0x3F));
        return ByteClass.IsLatinPair(lead, trail) ? lead << 8 | trail : 0;
    }

    /// <summary>Spaces that do not break, figure and thin spaces; hyphens, the figure and the en dash, the minus sign.</summary>
    private static int Fold(int codePoint) => codePoint switch
    {
        0xA0 or 0x2007 or 0x2009 or 0x202F => ' ',
        0x2010 or 0x2011 or 0x2012 or 0x2013 or 0x2212 => '-',
        _ => 0,
    };
}
