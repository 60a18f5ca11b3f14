using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;

namespace IronCage.Safety.Text.Encoded;

/// <summary>What a run of Base64 or hexadecimal digits, or a part of one, stands for, and what recognisers find in it. Belongs to one scan at a time.</summary>
internal sealed class DecodedRun
{
    /// <summary>The longest run, or part of one, that is decoded.</summary>
    public const int Longest = 1024;

    private readonly byte[] bytes = new byte[Longest];
    private readonly ScanScratch scratch = new();
    private readonly OverlapResolver resolver = new();
    private readonly List<Candidate> best = [];

    /// <summary>Decodes a run; whether it stands for text from the decoded byte <paramref name="from"/> on.</summary>
    public bool Read(RunEncoding encoding, ReadOnlySpan<byte> run, int from, out int length)
    {
        length = encoding.Decode(run, bytes);
        return PlainText.IsMost(bytes.AsSpan(from, length - from), length - from);
    }

    /// <summary>Whether a run that begins so may stand for text: the first <paramref name="most"/> bytes of it, or fewer if there are no more at hand.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="head">What is at hand of the beginning.</param>
    /// <param name="most">How long the beginning is.</param>
    /// <param name="fewestDistinct">Of the bytes that it stands for: a filler has fewer.</param>
    public bool MayRead(RunEncoding encoding, ReadOnlySpan<byte> head, int most, int fewestDistinct)
    {
        int length = encoding.Decode(head[..(head.Length - (head.Length % encoding.Unit))], bytes);
        ReadOnlySpan<byte> known = bytes.AsSpan(0, length);
        return PlainText.IsMost(known, encoding.Decoded(most)) && (head.Length < most || ByteClass.Distinct(known) >= fewestDistinct);
    }

    /// <summary>What is found in the decoded text, ascending and disjoint; behind an open one nothing more.</summary>
    public List<Candidate> Find(RecogniserSet recognisers, FindingFilter? filter, int length, float least)
    {
        best.Clear();
        resolver.Reset();
        scratch.BeginText(recognisers);
        recognisers.Examine(new TextWindow(bytes.AsSpan(0, length), final: true, origin: 0, scratch), 0, resolver.Pending);
        if (resolver.Pending.Count == 0)
            return best;
        resolver.Drain(long.MaxValue);
        foreach (Candidate candidate in resolver.Accepted)
        {
            if (!candidate.IsShadow && candidate.Score >= least && filter?.Keeps(candidate, bytes.AsSpan((int)candidate.Start, (int)candidate.Length)) != false)
                best.Add(candidate);
        }

        return best;
    }
}
