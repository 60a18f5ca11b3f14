using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>The extension behind a number: <c>ext. 12</c>, <c>x12</c>, <c>;ext=12</c>, <c>#12</c>.</summary>
internal static class PhoneExtension
{
    private const int MostDigits = 7;

    /// <summary>Longer ones first, where one begins another. Those of more than one letter may be written in capitals.</summary>
    private static readonly byte[][] Words =
        [.. new[] { "extension", "extn", "ext", "x", "#", "Durchwahl", "poste", "anexo", "ramal", "доб", "вн", "wew" }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>By byte: whether a word begins with it.</summary>
    private static readonly bool[] Beginnings = ReadBeginnings();

    /// <summary>Reads an extension.</summary>
    /// <param name="window">The text.</param>
    /// <param name="end">Where the number ends.</param>
    /// <param name="extended">Where its extension ends.</param>
    public static MatchState Read(in TextWindow window, int end, out int extended)
    {
        extended = end;
        ReadOnlySpan<byte> text = window.Bytes;
        int at = end;
        if (at >= text.Length)
            return window.AtEnd;
        if (text[at] is not ((byte)' ' or (byte)',' or (byte)';' or (byte)'#' or 0xD0) && !ByteClass.IsLetter(text[at]))
            return MatchState.NoMatch;
        if (text[at] is (byte)',' or (byte)';')
            at++;
        if (at < text.Length && text[at] == ' ')
            at++;
        if (at >= text.Length)
            return window.AtEnd;

        MatchState state = ReadWord(window, ref at);
        if (state != MatchState.Match)
            return state;
        if (at < text.Length && (text[at] is (byte)'.' or (byte)':' or (byte)'=' or (byte)'#'))
            at++;
        if (at < text.Length && text[at] == ' ')
            at++;
        int digits = at;
        while (at < text.Length && at - digits <= MostDigits && ByteClass.IsDigit(text[at]))
            at++;
        if (at >= text.Length && !window.Final)
            return MatchState.NeedMore;
        if (at == digits || at - digits > MostDigits)
            return MatchState.NoMatch;

        // Durchwahl 030 901820, ext. 12 / 030 …: another number, not an extension of this one. (Of x12 the number before it could not stand alone.)
        if (at + 1 >= text.Length && !window.Final)
            return MatchState.NeedMore;
        if (!ByteClass.IsWord(text[end]) && at + 1 < text.Length && text[at] == ' ' && (ByteClass.IsDigit(text[at + 1]) || text[at + 1] is (byte)'/' or (byte)'-'))
            return MatchState.NoMatch;
        extended = at;
        return Edge.Right(window, at, "-./,:"u8);
    }

    private static MatchState ReadWord(in TextWindow window, ref int at)
    {
        ReadOnlySpan<byte> rest = window.Bytes[at..];
        if (!Beginnings[rest[0]])
            return MatchState.NoMatch;
        foreach (byte[] word in Words)
        {
            int known = Math.Min(word.Length, rest.Length);
            if (((word[0] ^ rest[0]) & ~0x20) != 0 || !IsSame(rest[..known], word.AsSpan(0, known)))
                continue;
            if (known < word.Length)
            {
                if (!window.Final)
                    return MatchState.NeedMore;
                continue;
            }

            at += known;
            return MatchState.Match;
        }

        return MatchState.NoMatch;
    }

    private static bool[] ReadBeginnings()
    {
        var beginnings = new bool[256];
        foreach (byte[] word in Words)
        {
            beginnings[word[0]] = true;
            if (ByteClass.IsLetter(word[0]))
                beginnings[word[0] ^ 0x20] = true;
        }

        return beginnings;
    }

    private static bool IsSame(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != word[i] && !(ByteClass.IsLetter(text[i]) && (text[i] | 0x20) == (word[i] | 0x20)))
                return false;
        }

        return true;
    }
}
