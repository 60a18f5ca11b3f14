namespace IronCage.Safety.Resolution;

/// <summary>The two total orders of candidates. Total, so that the outcome does not depend on the order of discovery.</summary>
internal static class CandidateOrder
{
    /// <summary>As they lie in the text.</summary>
    public static readonly Comparison<Candidate> ByPlace = static (a, b) =>
    {
        int order = a.Start.CompareTo(b.Start);
        if (order == 0)
            order = a.End.CompareTo(b.End);
        return order != 0 ? order : ByRank!(a, b);
    };

    /// <summary>Which one wins an overlap: score, then length, then place, then the kind's index.</summary>
    public static readonly Comparison<Candidate> ByRank = static (a, b) =>
    {
        int order = b.Score.CompareTo(a.Score);
        if (order == 0)
            order = (b.Reach - b.Start).CompareTo(a.Reach - a.Start);
        if (order == 0)
            order = a.Start.CompareTo(b.Start);
        if (order == 0)
            order = a.Kind.Index.CompareTo(b.Kind.Index);
        return order != 0 ? order : string.CompareOrdinal(a.Kind.Name, b.Kind.Name);
    };
}
