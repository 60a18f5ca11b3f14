using System.Runtime.InteropServices;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>
/// How far a text needs no further look, since a candidate was found there that nothing inside it can displace. Depends on the text alone, not on how it is cut: recognisers are
/// asked in ascending order, and this is the state that goes with the place at which they are.
/// </summary>
internal struct PassedText
{
    /// <summary>Candidates of this score are not displaced by what lies in them; those below give way to it: an address to the password in it, a date to the number that begins with it.</summary>
    private const float Firm = 0.7f;

    /// <summary>With a candidate of this score at a place, no other recogniser is asked there.</summary>
    private const float Sure = 0.8f;

    /// <summary>Above the score of an e-mail address.</summary>
    private const float AboveAddress = 0.955f;

    /// <summary>The signs among <see cref="IsJoint"/> up to the underscore, a bit for each from the percent sign on.</summary>
    private const ulong Joints = 1UL | 1UL << ('&' - '%') | 1UL << ('+' - '%') | 1UL << ('-' - '%') | 1UL << ('.' - '%') | 1UL << ('@' - '%') | 1UL << ('_' - '%');

    /// <summary>The end of the firm candidates so far: one that begins before it may lose to one of them, so what lies in it must be looked at.</summary>
    private long reach;

    /// <summary>The end of the <see cref="DataRun"/> that was seen last, as far as it was seen.</summary>
    private long data;

    /// <summary>The offset before which no place is looked at any more.</summary>
    public long End { get; private set; }

    /// <summary>That behind a finding whose end was looked for: what begins in it loses to it.</summary>
    public static PassedText Behind(long end) => new() { reach = end, End = end };

    /// <summary>Takes note of what was found at one place.</summary>
    /// <param name="window">The text.</param>
    /// <param name="candidates">All candidates; those from <paramref name="from"/> on are of this place.</param>
    /// <param name="from">The first of them.</param>
    /// <param name="place">The place. A candidate that begins behind it, such as the value of an assignment, hides nothing: who begins where it begins was not asked yet.</param>
    public void Note(in TextWindow window, List<Candidate> candidates, int from, long place)
    {
        long end = reach;
        int best = -1;
        ReadOnlySpan<Candidate> found = CollectionsMarshal.AsSpan(candidates);
        for (int i = from; i < found.Length; i++)
        {
            if (found[i].Score < Firm)
                continue;
            end = Math.Max(end, found[i].End);
            if (Stays(window, found[i], place) && (best < 0 || CandidateOrder.ByRank(found[i], found[best]) < 0))
                best = i;
        }

        if (best >= 0)
            End = Math.Max(End, found[best].End);
        reach = end;
    }

    /// <summary>Passes over what is inside of a run of data, if a place is there.</summary>
    /// <returns>Whether it is.</returns>
    public MatchState NoteData(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int known = (int)(data - window.Origin);
        if (place > known || data == 0)
        {
            if (!DataRun.IsBehind(text, place))
                return MatchState.NoMatch;
            known = place;
        }

        int end = DataRun.End(text, known);
        data = window.Origin + end;
        int inside = end - DataRun.Width;
        if (end < text.Length && text[end] == '[')
        {
            MatchState form = ReplacedForm.At(window, end, out _);
            if (form == MatchState.NeedMore)
                return form;
            if (form == MatchState.Match)
                inside = end;
        }

        if (place >= inside)
            return end == text.Length ? window.AtEnd : MatchState.NoMatch;
        End = Math.Max(End, window.Origin + inside);
        return MatchState.Match;
    }

    /// <summary>Whether what was found at one place is so sure that nobody else need be asked there.</summary>
    public readonly bool IsSure(in TextWindow window, List<Candidate> candidates, int from, long place)
    {
        for (int i = from; i < candidates.Count; i++)
        {
            if (candidates[i].Score >= Sure && Stays(window, candidates[i], place))
                return true;
        }

        return false;
    }

    /// <summary>Whether a candidate is one that nothing displaces.</summary>
    private readonly bool Stays(in TextWindow window, in Candidate candidate, long place)
    {
        if (candidate.Start > place || candidate.Start < reach || candidate.IsShadow)
            return false;
        int end = (int)(candidate.End - window.Origin);
        return candidate.Score >= AboveAddress || end >= window.Bytes.Length || !IsJoint(window.Bytes[end]);
    }

    /// <summary>Whether an e-mail address may go on with that byte, whose name begins in what was found: it is longer, and displaces that.</summary>
    private static bool IsJoint(byte b)
    {
        uint sign = (uint)b - '%';
        return sign <= '_' - '%' ? (Joints >> (int)sign & 1) != 0 : b == '~' || ByteClass.IsLatinLead(b);
    }
}
