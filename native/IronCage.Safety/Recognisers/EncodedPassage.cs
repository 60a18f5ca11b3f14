using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Text.Encoded;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Looks into a part of a long encoded run. A finding is what stands for the secret, by whole units; of a long secret (a private key) it is all that follows in the run.
/// </summary>
internal sealed class EncodedPassage(RecogniserSet decoded, FindingFilter? filter)
{
    /// <summary>What is decoded before a passage: context words, and what may stand left of a finding.</summary>
    private const int Left = 192;

    /// <summary>What is decoded behind a passage: what decides about a finding that begins at its end.</summary>
    private const int Right = 108;

    /// <summary>Beside a redacted form nothing is found: what it replaced may have been what it was part of.</summary>
    private const int FormMargin = 12;

    public MatchState Examine(in TextWindow window, in Passage passage, RunEncoding encoding, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int unit = encoding.Unit;
        int limit = passage.End + Right;
        int end = passage.Unit + text[passage.Unit..Math.Min(text.Length, limit)].IndexOfAnyExcept(encoding.Alphabet);
        if (end < passage.Unit)
            end = Math.Min(text.Length, limit);
        if (end + 1 >= text.Length && end < limit && !window.Final)
            return MatchState.NeedMore;
        int start = passage.Unit - ((passage.Unit - Math.Max(passage.RunStart, passage.Start - Left)) / unit * unit);
        DecodedRun run = window.Scratch.Decoded;
        if (!run.Read(encoding, text[start..end], encoding.Decoded(passage.Unit - start), out int count))
            return MatchState.NoMatch;

        int least = passage.RunStart > 0 && !Edge.LeftFree(text, passage.RunStart) ? passage.RunStart + FormMargin : 0;
        int most = end < limit && Edge.RightOfForm(window, end) != MatchState.Match ? end - FormMargin : end;
        int before = 0;
        var answer = MatchState.NoMatch;
        foreach (Candidate found in run.Find(decoded, filter, count, EncodedRunRecogniser.LeastScore))
        {
            int from = Math.Max(before, start + ((int)found.Start / encoding.Decoded(unit) * unit));
            int to = Math.Min(end, start + (((int)found.End + encoding.Decoded(unit) - 1) / encoding.Decoded(unit) * unit));
            before = to;
            if (from < passage.Start || from >= passage.End || from < least || to > most || from >= to)
                continue;
            FindingTail? tail = found.Tail is null ? null : encoding == RunEncoding.Hex ? EncodedTail.Hex : EncodedTail.Base64;
            candidates.Add(new Candidate(found.Kind, window.Origin + from, window.Origin + to, found.Score, found.Evidence | Evidence.Decoded, tail));
            answer = MatchState.Match;
        }

        return answer;
    }
}
