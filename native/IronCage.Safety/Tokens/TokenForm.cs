using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Tokens;

/// <summary>
/// How tokens and hashes are written: <c>[STEM_CODE]</c>, where STEM is that of the redacted form (<c>EMAIL</c> of <c>[EMAIL_REDACTED]</c>; with <c>_HASH</c> behind it for a hash) and
/// CODE has 16 characters of Crockford's base 32, begins with a letter and has at most two digits in a row. Models copy it as it is; where one changes the case, writes O for 0
/// or I or L for 1, or escapes it for Markdown (<c>\[EMAIL\_…\]</c>), it is understood all the same.
/// </summary>
internal static class TokenForm
{
    private const int MostName = 88;

    /// <summary>What stands in the brackets of a token.</summary>
    public static string Name(PiiKind kind, string code) => Stem(kind) + "_" + code;

    /// <summary>The token with that name.</summary>
    public static byte[] Write(string name) => Encoding.ASCII.GetBytes($"[{name}]");

    /// <summary>The hash with that code.</summary>
    public static byte[] WriteHash(PiiKind kind, string code) => Write($"{Stem(kind)}_HASH_{code}");

    /// <summary>The next place from <paramref name="from"/> on at which a token may begin; -1 if there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="isJson">As in <see cref="Read"/>.</param>
    public static int IndexOf(ReadOnlySpan<byte> text, int from, bool isJson)
    {
        int hop = isJson ? text[from..].IndexOf((byte)'[') : text[from..].IndexOfAny((byte)'[', (byte)'\\');
        return hop < 0 ? -1 : from + hop;
    }

    /// <summary>Reads the token at the start of <paramref name="text"/>.</summary>
    /// <param name="text">What follows.</param>
    /// <param name="final">Whether the text ends where the span does.</param>
    /// <param name="isJson">Whether backslashes are the text's own escapes, and none of Markdown's.</param>
    /// <param name="length">Bytes that it takes.</param>
    /// <param name="name">What stands in its brackets, as it was written first; "" if there is no token.</param>
    public static MatchState Read(ReadOnlySpan<byte> text, bool final, bool isJson, out int length, out string name)
    {
        (length, name) = (0, "");
        Span<byte> read = stackalloc byte[MostName];
        int count = 0;
        int at = 0;
        bool isOpen = false;
        while (at < text.Length)
        {
            byte b = text[at];
            if (b == '\\' && !isJson)
            {
                if (++at >= text.Length)
                    break;
                b = text[at];
                if (b is not ((byte)'[' or (byte)'_' or (byte)']'))
                    return MatchState.NoMatch;
            }

            at++;
            if (!isOpen)
            {
                if (b != '[')
                    return MatchState.NoMatch;
                isOpen = true;
                continue;
            }

            if (b == ']')
            {
                length = at;
                return TryName(read[..count], out name) ? MatchState.Match : MatchState.NoMatch;
            }

            if (!ByteClass.IsWord(b) || count == read.Length)
                return MatchState.NoMatch;
            read[count++] = b;
        }

        return final ? MatchState.NoMatch : MatchState.NeedMore;
    }

    private static bool TryName(Span<byte> read, out string name)
    {
        name = "";
        int stem = read.Length - ReplacedForm.CodeLength - 1;
        if (stem < 1 || read[stem] != '_' || !ByteClass.IsLetter(read[0]))
            return false;
        for (int i = 0; i < read.Length; i++)
        {
            if (i <= stem)
                read[i] = ByteClass.IsLetter(read[i]) ? (byte)(read[i] & ~0x20) : read[i];
            else if ((read[i] = CodeAlphabet.Read(read[i])) == 0)
                return false;
        }

        if (!ReplacedForm.IsCode(read[(stem + 1)..]))
            return false;
        name = Encoding.ASCII.GetString(read);
        return true;
    }

    private static string Stem(PiiKind kind)
    {
        const string Tail = "_REDACTED]";
        string form = kind.RedactedForm;
        return form.StartsWith('[') && form.EndsWith(Tail, StringComparison.Ordinal) ? form[1..^Tail.Length] : kind.Name;
    }
}
