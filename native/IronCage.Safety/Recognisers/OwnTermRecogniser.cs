using System.Text;
using IronCage.Safety.Resolution;
using IronCage.Safety.Terms;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>Finds the terms of one dictionary of the user's.</summary>
internal sealed class OwnTermRecogniser(TermDictionary dictionary, PiiKind kind, bool isDenied) : Recogniser
{
    /// <summary>White space between words may be longer than in the term.</summary>
    private const int Slack = 40;

    private readonly TermTable table = dictionary.Table;
    private readonly float score = isDenied ? 1f : dictionary.Score;

    public override Trigger Triggers => Trigger.Word;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        place = Edge.SkipEscape(text, place);
        if (place >= text.Length)
            return window.AtEnd;
        MatchState begins = BeginsWord(window, place);
        if (begins != MatchState.Match)
            return begins;
        TermReader reader = table.Read(text, place, window.Final);
        int limit = place + table.Longest + Slack;
        while (reader.At < limit)
        {
            MatchState unit = reader.Next(limit);
            if (unit != MatchState.Match)
                return unit;
            if (!table.MayBegin(reader.Hash))
                return MatchState.NoMatch;
            int lead = table.Find(reader.Hash, text, place, reader.At);
            if (lead >= 0 && Accept(window, place - lead, reader.At, candidates) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        return MatchState.NoMatch;
    }

    public override int HoldFrom(in TextWindow window, int from) => Math.Max(0, from - table.LongestLead);

    private MatchState Accept(in TextWindow window, int start, int end, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (start > 0 && !Edge.LeftFree(text, start) && (ByteClass.IsWord(text[start]) || !ByteClass.IsWord(text[start - 1])))
            return MatchState.NoMatch; // inside a word, or beside a redacted form
        MatchState covered = ReplacedForm.Covers(window, start);
        if (covered != MatchState.NoMatch)
            return covered == MatchState.Match ? MatchState.NoMatch : covered;
        MatchState edge = Edge.RightOfForm(window, end);
        if (edge == MatchState.Match)
            Add(candidates, window, kind, start, end, score, Evidence.Custom);
        return edge;
    }

    /// <summary>Whether a term may begin here: not inside a word.</summary>
    private static MatchState BeginsWord(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        byte first = text[place];
        if ((first & 0xC0) == 0x80)
            return MatchState.NoMatch;
        int codePoint = first;
        if (first >= 0x80)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(text[place..], out Rune rune, out _);
            if (status == System.Buffers.OperationStatus.NeedMoreData && !window.Final)
                return MatchState.NeedMore;
            if (status != System.Buffers.OperationStatus.Done)
                return MatchState.NoMatch;
            codePoint = rune.Value;
        }

        if (TermReader.IsAlone(codePoint))
            return MatchState.Match;
        if (!TermReader.IsWordly(codePoint))
            return MatchState.NoMatch;
        if (place == 0)
            return MatchState.Match;
        byte before = text[place - 1];
        if (before < 0x80)
            return ByteClass.IsAlnum(before) && !Edge.IsEscape(text, place) ? MatchState.NoMatch : MatchState.Match;
        bool isChar = Rune.DecodeLastFromUtf8(text[Math.Max(0, place - 4)..place], out Rune previous, out _) == System.Buffers.OperationStatus.Done;
        return isChar && TermReader.IsWordly(previous.Value) ? MatchState.NoMatch : MatchState.Match;
    }
}
