namespace IronCage.Safety.Resolution;

/// <summary>What a recogniser proposes, at absolute offsets; overlaps are not resolved yet.</summary>
internal readonly record struct Candidate(PiiKind Kind, long Start, long End, float Score, Evidence Evidence)
{
    public long Length => End - Start;

    /// <summary>
    /// Whether it is no finding, though it wins overlaps as one: what may have been more before its neighbour was replaced. Whatever lies in it stays as undiscovered as it was.
    /// </summary>
    public bool IsShadow => Evidence == Evidence.None;
}
