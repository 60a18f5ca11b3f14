namespace IronCage.Safety.Resolution;

/// <summary>
/// What the user does not want to hear of, among what has won its overlaps: a finding that is let go leaves its place empty, and does not make way for a lesser one.
/// </summary>
internal sealed class FindingFilter(double minScore, AllowList? allow)
{
    // Scores are kept as floats: 0.7 must not be below 0.7.
    private readonly float least = (float)minScore;

    public bool Keeps(in Candidate found, ReadOnlySpan<byte> value)
    {
        if (found.Score < least)
            return false;

        // The whole of it is not at hand.
        if (found.Tail is not (null or CarriedTail))
            return true;
        bool isDenied = found.Score >= 1f && (found.Evidence & Evidence.Custom) != 0;
        return isDenied || allow is null || !allow.Allows(found.Kind, value);
    }
}
