using IronCage.Safety.Recognisers;

namespace IronCage.Safety.Resolution;

/// <summary>What a recogniser proposes, at absolute offsets; overlaps are not resolved yet.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte; of an open one, one past the last that was looked at.</param>
/// <param name="Score">Decides overlaps.</param>
/// <param name="Evidence">What raised it.</param>
/// <param name="Tail">How it goes on behind <paramref name="End"/>, where that is not known yet: then it is open, and overlaps all that begins behind it.</param>
internal readonly record struct Candidate(PiiKind Kind, long Start, long End, float Score, Evidence Evidence, FindingTail? Tail = null)
{
    public long Length => End - Start;

    /// <summary>One past the last byte that it may take.</summary>
    public long Reach => Tail is null ? End : long.MaxValue;

    /// <summary>
    /// Whether it is no finding, though it wins overlaps as one: what may have been more before its neighbour was replaced. Whatever lies in it stays as undiscovered as it was.
    /// </summary>
    public bool IsShadow => Evidence == Evidence.None;
}
