using System.Runtime.InteropServices;

namespace IronCage.Safety.Resolution;

/// <summary>
/// Turns candidates into disjoint findings. Candidates that overlap, directly or through others, form a cluster; in it the best ranked stays, and
/// whatever overlaps it goes, then the next best, and so on.
/// </summary>
/// <remarks>
/// A cluster takes in candidates that begin up to <see cref="ClusterReach"/> bytes after its first; a longer chain starts a new cluster there.
/// That bounds what a stream must hold back, and since candidates are taken in the order of their place, it is the same for every cut of the text.
/// A weak candidate that is longer than a cluster is handed out as far as that goes, open, and goes on from there, to where something better begins in the rest.
/// An open candidate with a tail overlaps all that begins behind it. When one stays, nothing more is taken until the caller tells where it ends.
/// </remarks>
internal sealed class OverlapResolver
{
    public const int ClusterReach = 160;

    /// <summary>Candidates of a lower score give way to all that is found in them, however far in: addresses of the web.</summary>
    private const float Weak = 0.5f;

    private const int KeptCapacity = 4096;
    private const int MostInserted = 256;

    private static readonly Comparer<Candidate> PlaceComparer = Comparer<Candidate>.Create(CandidateOrder.ByPlace);

    private readonly List<Candidate> pending = [];
    private readonly List<Candidate> cluster = [];
    private readonly List<Candidate> accepted = [];
    private long clusterStart;
    private long clusterEnd;
    private long decidedEnd;
    private int lone;
    private bool isOpen;
    private Candidate carried;
    private bool isCarrying;

    /// <summary>Candidates found and not resolved yet; recognisers add here.</summary>
    public List<Candidate> Pending => pending;

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset()
    {
        pending.Clear();
        cluster.Clear();
        accepted.Clear();
        if (pending.Capacity > KeptCapacity)
            pending.Capacity = KeptCapacity;
        if (accepted.Capacity > KeptCapacity)
            accepted.Capacity = KeptCapacity;
        clusterStart = clusterEnd = decidedEnd = 0;
        lone = 0;
        isOpen = isCarrying = false;
    }

    /// <summary>The first candidates, as far as each overlaps nothing, which is mostly all: they are accepted before all that <see cref="Drain"/>, to be called next, accepts.</summary>
    /// <param name="frontier">As of <see cref="Drain"/>.</param>
    public ReadOnlySpan<Candidate> Lone(long frontier)
    {
        if (isOpen || cluster.Count > 0)
            return [];
        Order();
        Span<Candidate> candidates = CollectionsMarshal.AsSpan(pending);
        while (lone < candidates.Length && candidates[lone].Start < frontier && IsAlone(candidates, lone, frontier))
            decidedEnd = candidates[lone++].End;
        return candidates[..lone];
    }

    /// <summary>
    /// Resolves what can be resolved, given that every candidate still to come begins at <paramref name="frontier"/> or later.
    /// Hands out what became certain in <see cref="Accepted"/>, ascending.
    /// </summary>
    /// <returns>The offset before which no later finding begins.</returns>
    public long Drain(long frontier)
    {
        accepted.Clear();
        if (lone == 0)
            Order();

        int taken = lone;
        lone = 0;
        Span<Candidate> candidates = CollectionsMarshal.AsSpan(pending);
        while (taken < candidates.Length && candidates[taken].Start < frontier && CloseBefore(candidates[taken]))
        {
            if (IsAlone(candidates, taken, frontier))
            {
                accepted.Add(candidates[taken]);
                decidedEnd = candidates[taken].End;
            }
            else
            {
                Take(candidates[taken]);
            }

            taken++;
        }

        pending.RemoveRange(0, taken);
        while (!isOpen && cluster.Count > 0 && (frontier >= clusterEnd || frontier >= clusterStart + ClusterReach))
            Close();
        if (isOpen)
            return decidedEnd;
        long open = cluster.Count > 0 ? Math.Min(clusterStart, frontier) : frontier;
        return Math.Max(open, decidedEnd);
    }

    /// <summary>
    /// What the last <see cref="Drain"/> made certain; the last of them may be open. Behind one with a <see cref="CarriedTail"/> comes the rest of it, now or with the next drain:
    /// up to where something better begins in it.
    /// </summary>
    public List<Candidate> Accepted => accepted;

    /// <summary>Whether nothing is pending, and nothing waits for what may overlap it.</summary>
    public bool IsIdle => pending.Count == 0 && cluster.Count == 0;

    /// <summary>The open finding that <see cref="Drain"/> handed out ends here. What was found behind its beginning is forgotten, to be looked for anew behind its end.</summary>
    public void CloseOpen(long end)
    {
        isOpen = false;
        decidedEnd = end;
        pending.Clear();
    }

    /// <summary>By place. Recognisers are asked in ascending order, so little is ever out of order, and inserting beats sorting.</summary>
    private void Order()
    {
        if (pending.Count > MostInserted)
        {
            pending.Sort(CandidateOrder.ByPlace);
            return;
        }

        Span<Candidate> candidates = CollectionsMarshal.AsSpan(pending);
        for (int i = 1; i < candidates.Length; i++)
        {
            if (candidates[i - 1].Start < candidates[i].Start)
                continue;
            Candidate moved = candidates[i];
            int hole = i;
            while (hole > 0 && CandidateOrder.ByPlace(candidates[hole - 1], moved) > 0)
            {
                candidates[hole] = candidates[hole - 1];
                hole--;
            }

            candidates[hole] = moved;
        }
    }

    private bool IsAlone(ReadOnlySpan<Candidate> candidates, int number, long frontier)
    {
        ref readonly Candidate candidate = ref candidates[number];
        return cluster.Count == 0 && candidate.Tail is null && candidate.Start >= decidedEnd && candidate.End <= frontier
            && (number + 1 == candidates.Length || candidates[number + 1].Start >= candidate.End);
    }

    /// <summary>Resolves the clusters to which a candidate does not belong.</summary>
    /// <returns>False where an open finding comes before it.</returns>
    private bool CloseBefore(in Candidate candidate)
    {
        while (!isOpen && cluster.Count > 0 && (candidate.Start >= clusterEnd || candidate.Start >= clusterStart + ClusterReach))
            Close();
        return !isOpen;
    }

    private void Take(in Candidate candidate)
    {
        if (candidate.Start < decidedEnd)
            return;
        if (cluster.Count == 0)
        {
            clusterStart = candidate.Start;
            clusterEnd = candidate.Reach;
        }

        clusterEnd = Math.Max(clusterEnd, candidate.Reach);
        cluster.Add(candidate);
    }

    private void Close()
    {
        int first = accepted.Count;
        if (cluster.Count > 1)
            cluster.Sort(CandidateOrder.ByRank);
        foreach (Candidate candidate in cluster)
        {
            if (!OverlapsAccepted(candidate, first))
                accepted.Add(candidate);
        }

        cluster.Clear();
        int count = accepted.Count - first;
        if (count > 1)
            accepted.Sort(first, count, PlaceComparer);
        if (isCarrying && accepted[first] != carried)
            accepted.Insert(first, carried with { End = accepted[first].Start }); // what begins first in it, for whatever it lost to begins in it
        isCarrying = false;
        Candidate last = accepted[^1];
        decidedEnd = last.End;
        isOpen = last.Tail is not null;
        if (last.Score < Weak && last.End > clusterStart + ClusterReach && !isOpen)
            Carry(last);
    }

    /// <summary>Goes on with the rest of a weak candidate as the first of the next cluster.</summary>
    private void Carry(in Candidate weak)
    {
        decidedEnd = clusterStart + ClusterReach;
        accepted[^1] = weak with { Tail = new CarriedTail(decidedEnd) };
        carried = weak with { Start = decidedEnd };
        isCarrying = true;
        cluster.Add(carried);
        clusterStart = carried.Start;
        clusterEnd = carried.End;
    }

    private bool OverlapsAccepted(in Candidate candidate, int first)
    {
        for (int i = first; i < accepted.Count; i++)
        {
            if (candidate.Start < accepted[i].Reach && accepted[i].Start < candidate.Reach)
                return true;
        }

        return false;
    }
}
