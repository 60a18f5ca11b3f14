using System.Runtime.InteropServices;
using IronCage.Safety.Resolution;
using IronCage.Safety.Triggers;

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
    private const float Sure = 0.9f;

    /// <summary>The end of the firm candidates so far: one that begins before it may lose to one of them, so what lies in it must be looked at.</summary>
    private long reach;

    /// <summary>The offset before which no place is looked at any more.</summary>
    public long End { get; private set; }

    /// <summary>That behind a finding whose end was looked for: what begins in it loses to it.</summary>
    public static PassedText Behind(long end) => new() { reach = end, End = end };

    /// <summary>Takes note of what was found at one place.</summary>
    /// <param name="candidates">All candidates; those from <paramref name="from"/> on are of this place.</param>
    /// <param name="from">The first of them.</param>
    /// <param name="place">The place. A candidate that begins behind it, such as the value of an assignment, hides nothing: who begins where it begins was not asked yet.</param>
    /// <param name="triggers">The triggers of the recognisers that found them.</param>
    public void Note(List<Candidate> candidates, int from, long place, Trigger triggers)
    {
        long end = reach;
        int best = -1;
        ReadOnlySpan<Candidate> found = CollectionsMarshal.AsSpan(candidates);
        for (int i = from; i < found.Length; i++)
        {
            if (found[i].Score < Firm)
                continue;
            end = Math.Max(end, found[i].End);
            if (found[i].Start <= place && found[i].Start >= reach && !found[i].IsShadow && (best < 0 || CandidateOrder.ByRank(found[i], found[best]) < 0))
                best = i;
        }

        if (best >= 0 && (triggers & TriggerSearch.OfUser) == 0)
            End = Math.Max(End, found[best].End);
        reach = end;
    }

    /// <summary>Whether what was found at one place is so sure that nobody else need be asked there.</summary>
    public readonly bool IsSure(List<Candidate> candidates, int from, long place)
    {
        for (int i = from; i < candidates.Count; i++)
        {
            if (candidates[i].Score >= Sure && candidates[i].Start <= place && candidates[i].Start >= reach && !candidates[i].IsShadow)
                return true;
        }

        return false;
    }
}
