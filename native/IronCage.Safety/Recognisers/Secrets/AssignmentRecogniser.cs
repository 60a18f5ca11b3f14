using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// Secrets of no known vendor, by the name they are set to (<c>api_key = …</c>, <c>"password": "…"</c>, <c>--token …</c>), the passwords of connection strings, and vendors' tokens
/// that are too short for a trigger of their own or hold spaces.
/// </summary>
internal sealed class AssignmentRecogniser(bool generic, bool connections, TokenShape[] shortTokens) : Recogniser
{
    private const float GenericScore = 0.7f;
    private const float ConnectionScore = 0.96f;
    private const int LongestOption = 40;
    private const int ConnectionReach = 110;
    private const int LongestEnding = 6;

    public override Trigger Triggers => Trigger.Colon | Trigger.Equals | Trigger.Dashes;

    public override IEnumerable<ContextSet> Contexts => shortTokens.Select(shape => shape.Context!).Distinct();

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        if (trigger == Trigger.Dashes)
            return Option(window, place, candidates);
        ReadOnlySpan<byte> text = window.Bytes;
        if (trigger == Trigger.Colon && IsOther(text, place))
            return MatchState.NoMatch;
        int name = AnnouncedName.EndBefore(text, place);
        if (name < 0)
            return MatchState.NoMatch;
        SecretNameStrength strength = SecretName.Strength(text, name);
        if (strength == SecretNameStrength.None && trigger == Trigger.Equals && AnnouncedName.EndBeforeType(text, place) is > 0 and var typed)
            (name, strength) = (typed, SecretName.Strength(text, typed));
        if (strength == SecretNameStrength.None)
            return MatchState.NoMatch;
        MatchState sign = ValueStart(window, place, out int from);
        return sign == MatchState.Match ? Value(window, from, name, strength, candidates) : sign;
    }

    /// <summary>Whether letters that are no name of a secret stand directly before a colon, or before a quote and it: as before most.</summary>
    private static bool IsOther(ReadOnlySpan<byte> text, int colon)
    {
        int end = colon > 0 && text[colon - 1] == '"' ? colon - 1 : colon;
        return end > 0 && ByteClass.IsLetter(text[end - 1]) && !SecretName.MayEndAt(text, end);
    }

    /// <summary>Behind the sign, where it assigns: not <c>==</c>, <c>!=</c>, <c>::</c> or <c>://</c>.</summary>
    private static MatchState ValueStart(in TextWindow window, int place, out int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        from = place + 1;
        if (from >= text.Length)
            return window.AtEnd;
        byte before = text[place - 1];
        byte after = text[from];
        if (text[place] == ':')
            return before == ':' || after is (byte)':' or (byte)'=' or (byte)'/' ? MatchState.NoMatch : MatchState.Match;
        if (before is (byte)'=' or (byte)'!' or (byte)'<' or (byte)'>' || after is (byte)'=' or (byte)'~')
            return MatchState.NoMatch;
        if (after == '>')
            from++;
        return MatchState.Match;
    }

    private MatchState Option(in TextWindow window, int place, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int end = place + 1;
        int limit = Math.Min(text.Length, place + LongestOption);
        while (end < limit && (ByteClass.IsWord(text[end]) || text[end] == '-'))
            end++;
        if (end == text.Length)
            return window.AtEnd;
        if (end == limit || text[end] != ' ' || text[end - 1] == '-')
            return MatchState.NoMatch;
        SecretNameStrength strength = SecretName.Strength(text, end);
        return strength == SecretNameStrength.None ? MatchState.NoMatch : Value(window, end + 1, end, strength, candidates);
    }

    private MatchState Value(in TextWindow window, int from, int name, SecretNameStrength strength, List<Candidate> candidates)
    {
        MatchState state = AssignedValue.Read(window, from, out AssignedValue value);
        if (state == MatchState.NeedMore)
            return state;
        if (shortTokens.Length > 0 && value.Start > 0 && Short(window, value.Start, candidates) == MatchState.NeedMore)
            return MatchState.NeedMore;
        if (state != MatchState.Match || strength == SecretNameStrength.Signature)
            return state;
        ReadOnlySpan<byte> bytes = window.Bytes[value.Start..value.End];
        bool isConnection = connections && strength == SecretNameStrength.Strong && SecretValue.IsPassword(bytes) && IsConnection(window.Bytes, name);
        if (!isConnection && !(generic && SecretValue.IsPlausible(bytes, strength, value.IsQuoted)))
            return MatchState.NoMatch;
        MatchState form = Form(window, value.Start, value.End);
        if (form != MatchState.NoMatch)
            return form == MatchState.NeedMore ? form : MatchState.NoMatch;
        state = Edge.Right(window, value.End, ""u8);
        if (state != MatchState.Match || !Edge.LeftFree(window.Bytes, value.Start))
            return state;
        if (isConnection)
            Add(candidates, window, SecretKinds.ConnectionString, value.Start, value.End, ConnectionScore, Evidence.Pattern | Evidence.Context);
        else
            Add(candidates, window, SecretKinds.GenericSecret, value.Start, value.End, GenericScore, Evidence.Pattern | Evidence.Context | Evidence.Entropy);
        return state;
    }

    /// <summary>Whether something was replaced in the value, or right behind it and the signs that end it: then it was another value before.</summary>
    private static MatchState Form(in TextWindow window, int start, int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int limit = Math.Min(text.Length, end + LongestEnding);
        for (int i = start; ; i++)
        {
            if (i >= limit)
                return i >= text.Length && i < end + LongestEnding ? window.AtEnd : MatchState.NoMatch;
            if (text[i] == '[' && ReplacedForm.At(window, i, out _) is not MatchState.NoMatch and var found)
                return found;
            if (i >= end && (ByteClass.IsWord(text[i]) || text[i] is (byte)' ' or (byte)'\n'))
                return MatchState.NoMatch;
        }
    }

    private MatchState Short(in TextWindow window, int start, List<Candidate> candidates)
    {
        foreach (TokenShape shape in shortTokens)
        {
            if (!shape.IsAnnounced(window, start))
                continue;
            MatchState state = shape.Match(window, start, out int end, out _);
            if (state == MatchState.Match)
                state = RunEdge.Right(window, end);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match && Edge.LeftFree(window.Bytes, start) && shape.IsPlausible(window.Bytes[start..end]))
                Add(candidates, window, shape.Kind, start, end, shape.Score, Evidence.Pattern | Evidence.Context);
        }

        return MatchState.NoMatch;
    }

    /// <summary>
    /// Whether the name stands behind other settings of a connection: <c>Server=…;Password=</c> as of ADO.NET and ODBC, <c>jdbc:…?user=…&amp;password=</c>.
    /// </summary>
    private static bool IsConnection(ReadOnlySpan<byte> text, int name)
    {
        int start = name;
        while (start > 0 && name - start < LongestOption && (ByteClass.IsWord(text[start - 1]) || text[start - 1] is (byte)' ' or (byte)'-'))
            start--;
        if (start == 0 || text[start - 1] is not ((byte)';' or (byte)'&' or (byte)'?'))
            return false;
        ReadOnlySpan<byte> before = LeftContext.Before(text, start, ConnectionReach);
        int line = before.LastIndexOf((byte)'\n');
        before = before[(line + 1)..];
        if (text[start - 1] != ';')
            return before.IndexOf("jdbc:"u8) >= 0;
        foreach (byte[] setting in Settings)
        {
            for (int i = 0; i + setting.Length <= before.Length; i++)
            {
                if (System.Text.Ascii.EqualsIgnoreCase(before.Slice(i, setting.Length), setting))
                    return true;
            }
        }

        return false;
    }

    private static readonly byte[][] Settings =
    [
        .. new[] { "server=", "data source=", "datasource=", "host=", "hostname=", "uid=", "user id=", "userid=", "username=", "user=", "initial catalog=", "database=", "driver=", "endpoint=", "accountname=", "dsn=", "provider=", "addr=" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];
}
