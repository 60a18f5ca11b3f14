using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;

namespace IronCage.Safety.Text.Encoded;

/// <summary>What a run of Base64 or hexadecimal digits stands for, and what recognisers find in it. Belongs to one scan at a time.</summary>
internal sealed class DecodedRun
{
    /// <summary>The longest run that is decoded.</summary>
    public const int LongestRun = 8192;

    /// <summary>Of the bytes that a run's first two dozen stand for: a filler has fewer.</summary>
    private const int FewestDistinct = 6;

    private readonly byte[] bytes = new byte[LongestRun];
    private readonly ScanScratch scratch = new();
    private readonly List<Candidate> candidates = [];

    /// <summary>Decodes a run; whether it stands for text.</summary>
    public bool Read(RunEncoding encoding, ReadOnlySpan<byte> run, out int length)
    {
        length = encoding.Decode(run, bytes);
        return PlainText.IsMost(bytes.AsSpan(0, length), length);
    }

    /// <summary>Whether a run that begins so may stand for text: the first <paramref name="most"/> bytes of it, or fewer if there are no more at hand.</summary>
    public bool MayRead(RunEncoding encoding, ReadOnlySpan<byte> head, int most)
    {
        int length = encoding.Decode(head[..(head.Length - (head.Length % encoding.Unit))], bytes);
        ReadOnlySpan<byte> known = bytes.AsSpan(0, length);
        return PlainText.IsMost(known, encoding.Decoded(most)) && (head.Length < most || ByteClass.Distinct(known) >= FewestDistinct);
    }

    /// <summary>The best of what is found in the decoded text.</summary>
    public bool Find(RecogniserSet recognisers, FindingFilter? filter, int length, float least, out Candidate best)
    {
        best = default;
        candidates.Clear();
        scratch.BeginText(recognisers);
        recognisers.Examine(new TextWindow(bytes.AsSpan(0, length), final: true, origin: 0, scratch), 0, candidates);
        bool found = false;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.IsShadow || candidate.Score < least || (found && CandidateOrder.ByRank(best, candidate) <= 0))
                continue;
            if (filter?.Keeps(candidate, bytes.AsSpan((int)candidate.Start, (int)candidate.Length)) == false)
                continue;
            best = candidate;
            found = true;
        }

        return found;
    }
}
