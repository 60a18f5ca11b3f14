using System.Buffers;
using System.Text;
using IronCage.Safety.Recognisers.Addresses;

namespace IronCage.Safety.Text.Folding;

/// <summary>Bytes of UTF-8 as URLs write them: <c>%40</c>, <c>%C3%A9</c>; escaped again up to twice (<c>%2540</c>).</summary>
internal static class PercentEscape
{
    private const int MostLayers = 2;

    /// <summary>How far left of an escape the scheme of a URL is looked for.</summary>
    private const int UrlReach = 256;

    private static readonly SearchValues<byte> UrlEnds = SearchValues.Create(" \t\r\n\"<>`"u8);

    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character)
    {
        character = default;
        int at = 0;
        MatchState state = ReadByte(text, final, ref at, out byte first);
        if (state != MatchState.Match)
            return state;
        if (first < 0x80)
        {
            // %3d and %2f are also how C prints numbers; there no letter, digit or escape follows, nor what replaced one.
            if (ByteClass.IsLetter(text[at - 1]) && !ByteClass.IsUpper(text[at - 1]))
            {
                if (at >= text.Length)
                    return SpelledCharacter.AtEnd(final);
                if (!ByteClass.IsAlnum(text[at]) && text[at] is not ((byte)'%' or (byte)'['))
                    return MatchState.NoMatch;
            }

            character = new SpelledCharacter(first, at, Spelling.Percent);
            return MatchState.Match;
        }

        int needed = first switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC2 => 2, _ => 0 };
        if (needed == 0)
            return MatchState.NoMatch;
        Span<byte> bytes = stackalloc byte[4];
        bytes[0] = first;
        for (int i = 1; i < needed; i++)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            state = text[at] == '%' ? ReadByte(text, final, ref at, out bytes[i]) : MatchState.NoMatch;
            if (state != MatchState.Match)
                return state;
            if ((bytes[i] & 0xC0) != 0x80)
                return MatchState.NoMatch;
        }

        if (Rune.DecodeFromUtf8(bytes[..needed], out Rune rune, out _) != OperationStatus.Done)
            return MatchState.NoMatch;
        character = new SpelledCharacter(rune.Value, at, Spelling.Percent);
        return MatchState.Match;
    }

    /// <summary>
    /// What an escaped ASCII byte stands for. A sign that would end a URL does not end the one it is escaped in: there a hyphen stands for a space between digits and
    /// <c>$</c> for any other sign.
    /// </summary>
    public static byte Fold(ReadOnlySpan<byte> left, byte value)
    {
        if (value is not (<= 0x20 or (byte)'"' or (byte)'<' or (byte)'>' or (byte)'\'' or (byte)'`' or (byte)'{' or (byte)'}' or (byte)'|' or (byte)'\\' or (byte)'^' or (byte)'[' or (byte)']')
            || !IsInUrl(left))
        {
            return value;
        }

        return value == ' ' && ByteClass.IsDigit(left[^1]) ? (byte)'-' : (byte)'$';
    }

    /// <summary>Whether a URL goes on here.</summary>
    private static bool IsInUrl(ReadOnlySpan<byte> left)
    {
        left = left[Math.Max(0, left.Length - UrlReach)..];
        left = left[(left.LastIndexOfAny(UrlEnds) + 1)..];
        int from = 0;
        while (left[from..].IndexOf("://"u8) is >= 0 and var scheme)
        {
            from += scheme + 3;
            if (UrlText.GoesOn(left, from))
                return true;
        }

        return false;
    }

    private static MatchState ReadByte(ReadOnlySpan<byte> text, bool final, ref int at, out byte value)
    {
        value = 0;
        at++;
        for (int layer = 0; ; layer++)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            if (!ByteClass.IsHex(text[at]))
                return MatchState.NoMatch;
            if (at + 1 >= text.Length)
                return SpelledCharacter.AtEnd(final);
            if (!ByteClass.IsHex(text[at + 1]))
                return MatchState.NoMatch;
            value = (byte)((ByteClass.HexValue(text[at]) << 4) | ByteClass.HexValue(text[at + 1]));
            at += 2;
            if (value != '%' || layer == MostLayers)
                return MatchState.Match;

            // A percent sign before two digits is an escape that was escaped; before anything else it is itself.
            if (at >= text.Length || (ByteClass.IsHex(text[at]) && at + 1 >= text.Length))
                return final ? MatchState.Match : MatchState.NeedMore;
            if (!ByteClass.IsHex(text[at]) || !ByteClass.IsHex(text[at + 1]))
                return MatchState.Match;
        }
    }
}
