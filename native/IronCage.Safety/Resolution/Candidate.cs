namespace IronCage.Safety.Resolution;

/// <summary>What a recogniser proposes, at absolute offsets; overlaps are not resolved yet.</summary>
internal readonly record struct Candidate(PiiKind Kind, long Start, long End, float Score, Evidence Evidence)
{
    public long Length => End - Start;
}
