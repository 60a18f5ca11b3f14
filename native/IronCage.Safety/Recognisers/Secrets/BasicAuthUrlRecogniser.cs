using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// The name and password in an address of any scheme: <c>https://name:password@host</c>, <c>postgres://…</c>, <c>redis://:password@host</c>. The finding is the two with their colon,
/// so that what remains of the address tells where it leads.
/// </summary>
internal sealed class BasicAuthUrlRecogniser : Recogniser
{
    private const float Score = 0.97f;
    private const int Longest = 200;

    public override Trigger Triggers => Trigger.Scheme;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (place == 0 || !ByteClass.IsAlnum(text[place - 1]))
            return MatchState.NoMatch;
        int start = place + 3;
        if (start >= text.Length)
            return window.AtEnd;
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + Longest + 1)];
        int length = Authority.End(text, start, start + rest.Length) - start;
        int at = rest[..length].LastIndexOf((byte)'@');

        if (length == rest.Length)
        {
            if (rest.Length <= Longest && !window.Final)
                return MatchState.NeedMore;
            if (rest.Length > Longest)
                return MatchState.NoMatch;
        }

        // A host must follow: a letter, a digit or the bracket of an address.
        if (at < 3 || at + 1 >= length || !(ByteClass.IsAlnum(rest[at + 1]) || rest[at + 1] >= 0x80 || (rest[at + 1] == '[' && at + 2 < rest.Length && (ByteClass.IsHex(rest[at + 2]) && !ByteClass.IsUpper(rest[at + 2]) || rest[at + 2] == ':'))))
            return MatchState.NoMatch;

        // What was replaced in the host may have been another at sign.
        if (ReplacedForm.IsIn(rest[(at + 1)..length]))
            return MatchState.NoMatch;
        int colon = rest.IndexOf((byte)':');
        if (colon < 0 || colon > at || !IsName(rest[..colon]) || !SecretValue.IsPassword(rest[(colon + 1)..at]) || rest[..colon].SequenceEqual(rest[(colon + 1)..at]))
            return MatchState.NoMatch;
        Add(candidates, window, SecretKinds.BasicAuthUrl, start, start + at, Score, Evidence.Pattern);
        return MatchState.Match;
    }

    private static readonly ByteSet Authority = new([.. Enumerable.Range(0, 256).Select(b => !EndsAuthority((byte)b))]);

    private static bool EndsAuthority(byte b) => b is <= 0x20 or 0x7F or (byte)'/' or (byte)'?' or (byte)'#' or (byte)'"' or (byte)'\'' or (byte)'<' or (byte)'>' or (byte)'`' or (byte)'\\' or (byte)'{' or (byte)'}';

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
        {
            if (b is (byte)'[' or (byte)']' or (byte)'$' or (byte)'(' or (byte)'*')
                return false;
        }

        return true;
    }
}
