using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The rest of a key in PuTTY's format, line by line, with real or escaped line breaks: to the digest behind <c>Private-MAC:</c>, or to the last line that such a file has.</summary>
internal sealed class PuttyTail : FindingTail
{
    public static readonly PuttyTail Instance = new();

    private const int LongestLine = 256;
    private const int DigestLength = 64;
    private const int LongestBreak = 4;

    private static ReadOnlySpan<byte> Last => "Private-MAC: "u8;

    /// <summary>The names with which lines begin that are no Base64.</summary>
    private static readonly byte[][] Names = [.. new[] { "Comment: ", "Public-Lines: ", "Private-Lines: ", "Private-Hash: ", "Key-Derivation: ", "Argon2-" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>What is certain always ends with a line, but for the first time.</summary>
    public override MatchState Read(in TextWindow window, int limit, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes[..Math.Min(window.Bytes.Length, limit)];
        while (true)
        {
            if (text.Length - end < LongestBreak && !window.Final && text.Length < limit)
                return MatchState.NeedMore;
            int line = SkipBreak(text, end);
            int after = line;
            while (after < text.Length && after - line <= LongestLine && text[after] is not ((byte)'\n' or (byte)'\r' or (byte)'\\' or (byte)'"'))
                after++;
            if (text[line..after].StartsWith(Last))
                return Digest(window, text, line + Last.Length, limit, ref end);
            if (after == text.Length && after - line <= LongestLine && !window.Final && after < limit)
                return MatchState.NeedMore;
            if (after - line > LongestLine || (line > end && !IsLine(text[line..after])))
                return MatchState.Match;
            if (after == end)
                return MatchState.Match;
            end = after;
        }
    }

    private static MatchState Digest(in TextWindow window, ReadOnlySpan<byte> text, int start, int limit, ref int end)
    {
        int after = start;
        while (after < text.Length && after - start < DigestLength && ByteClass.IsHex(text[after]))
            after++;
        if (after == limit)
            return MatchState.Match;
        MatchState edge = after == text.Length ? window.Final ? MatchState.Match : MatchState.NeedMore : Edge.Right(window, after, ""u8);
        if (edge == MatchState.Match)
            end = after;
        return edge == MatchState.NeedMore ? edge : MatchState.Match;
    }

    private static int SkipBreak(ReadOnlySpan<byte> text, int at)
    {
        if (at < text.Length && text[at] == '\r')
            at++;
        if (at < text.Length && text[at] == '\n')
            return at + 1;
        if (at + 4 <= text.Length && text[at..].StartsWith("\\r\\n"u8))
            return at + 4;
        return at + 2 <= text.Length && text[at..].StartsWith("\\n"u8) ? at + 2 : at;
    }

    private static bool IsLine(ReadOnlySpan<byte> line)
    {
        foreach (byte[] name in Names)
        {
            if (line.StartsWith(name))
                return true;
        }

        foreach (byte b in line)
        {
            if (!ByteClass.IsBase64(b) && b != '=')
                return false;
        }

        return line.Length > 0;
    }
}
