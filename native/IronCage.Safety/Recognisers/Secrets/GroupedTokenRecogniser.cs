using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Passwords that are made for people to copy, in groups of four with spaces: <c>abcd efgh ijkl mnop</c> behind a word that says whose they are.</summary>
internal sealed class GroupedTokenRecogniser(TokenShape[] shapes) : Recogniser
{
    private const int Group = 4;

    /// <summary>Words of four letters that sentences are made of: where one of them is a group, the groups are a sentence.</summary>
    private static readonly WordTable Words = new(
        "that", "with", "this", "have", "from", "they", "will", "what", "when", "your", "them", "then", "than", "some", "such", "into", "only", "also", "more", "most", "over", "been", "were",
        "each", "does", "here", "just", "like", "make", "made", "must", "need", "same", "take", "time", "user", "used", "uses", "very", "want", "well", "work", "mail", "send", "sent", "pass",
        "code", "file", "list", "name", "word", "text", "data", "site", "page", "host", "port", "open", "read", "type", "line", "next", "last", "find", "look", "move", "copy", "keep", "give",
        "tell", "know", "help", "call", "back", "down", "both", "even", "ever", "good", "much", "many", "once", "part", "kind", "left", "long", "none", "note", "save", "test", "true", "http",
        "smtp", "imap", "auth", "json", "curl", "wget", "sudo", "para", "como", "esta", "este", "pour", "avec", "dans", "sont", "eine", "oder", "wird", "sind", "nach", "quel", "niet", "deze");

    public override Trigger Triggers => Trigger.Fours;

    public override IEnumerable<ContextSet> Contexts => shapes.Select(shape => shape.Context).OfType<ContextSet>().Distinct();

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        var answer = MatchState.NoMatch;
        foreach (TokenShape shape in shapes)
        {
            if (!Edge.LeftFree(window.Bytes, place) || !RunEdge.LeftFree(window.Bytes, place))
                return MatchState.NoMatch;
            MatchState state = shape.Match(window, place, out int end, out _);
            if (state == MatchState.Match)
                state = RunEdge.Right(window, end);
            if (state == MatchState.NeedMore)
                return state;
            if (state != MatchState.Match || IsSentence(window.Bytes[place..end]) || !shape.IsPlausible(window.Bytes[place..end]) || !shape.IsAnnounced(window, place))
                continue;
            if (!AnnouncedName.Admits(window.Bytes, place, window.ContextDistance(shape.Context!, place)))
                continue;
            Add(candidates, window, shape.Kind, place, end, shape.Score, Evidence.Pattern | Evidence.Context);
            answer = MatchState.Match;
        }

        return answer;
    }

    private static bool IsSentence(ReadOnlySpan<byte> groups)
    {
        for (int i = 0; i < groups.Length; i += Group + 1)
        {
            if (Words.Has(groups.Slice(i, Group)))
                return true;
        }

        return false;
    }
}
