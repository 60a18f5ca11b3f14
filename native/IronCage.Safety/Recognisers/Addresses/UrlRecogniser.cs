using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// URLs with one of the schemes by which things are fetched, from the scheme on. Of low score: an address, a password or an account number in one is the finding.
/// </summary>
internal sealed class UrlRecogniser : Recogniser
{
    public const float Score = 0.4f;
    private const int LongestScheme = 6;

    private static readonly byte[][] Schemes =
    [
        .. "https http ftps ftp sftp wss ws rtsp rtmps rtmp ircs irc ldaps ldap gopher telnet ssh git svn smb nfs".Split(' ').Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    /// <summary>Bytes of a host, in any script.</summary>
    private static readonly ByteSet Host = new([.. Enumerable.Range(0, 256).Select(b => b >= 0x80 || ByteClass.IsWord((byte)b) || (char)b is '.' or '-' or '%')]);

    public override Trigger Triggers => Trigger.Scheme;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = SchemeStart(text, place);
        if (start < 0)
            return MatchState.NoMatch;
        int host = place + 3;
        if (host >= text.Length)
            return window.AtEnd;
        MatchState state = UrlText.ReadEnd(window, start, host, out int end);
        if (state != MatchState.Match || !HasHost(text[host..end]))
            return state == MatchState.NeedMore ? state : MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.Url, start, end, Score, Evidence.Pattern);
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int i = from;
        // A colon whose slashes have not arrived yet stands at the place itself; without them it may be one or two bytes back.
        while (i > 0 && from - i < 2 && text[i - 1] == '/')
            i--;
        if (i > 0 && i == text.Length && text[i - 1] == ':')
            i--;
        if (i < text.Length && text[i] != ':' && !ByteClass.IsLetter(text[i]))
            return from;
        int best = from;
        for (int start = i; i - start <= LongestScheme; start--)
        {
            if (Edge.LeftFree(text, start))
                best = Math.Min(best, start);
            if (start == 0 || !ByteClass.IsLetter(text[start - 1]))
                break;
        }

        return best;
    }

    private static int SchemeStart(ReadOnlySpan<byte> text, int colon)
    {
        ReadOnlySpan<byte> left = text[Math.Max(0, colon - LongestScheme)..colon];
        foreach (byte[] scheme in Schemes)
        {
            if (left.Length >= scheme.Length && System.Text.Ascii.EqualsIgnoreCase(left[^scheme.Length..], scheme) && Edge.LeftFree(text, colon - scheme.Length))
                return colon - scheme.Length;
        }

        return -1;
    }

    /// <summary>Whether a host stands behind what may name a user.</summary>
    private static bool HasHost(ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOfAny("/?#"u8);
        ReadOnlySpan<byte> host = end < 0 ? rest : rest[..end];
        int at = host.LastIndexOf((byte)'@');
        // The rest of a masked password is not found again.
        if (at >= 0 && host[..at].IndexOf("**"u8) >= 0)
            return false;
        host = host[(at + 1)..];
        int port = host.IndexOf((byte)':');
        if (port >= 0)
            host = host[..port];
        if (host.IsEmpty || !(ByteClass.IsAlnum(host[0]) || host[0] >= 0x80) || !(ByteClass.IsAlnum(host[^1]) || host[^1] >= 0x80))
            return false;
        return Host.End(host, 0, host.Length) == host.Length;
    }
}
