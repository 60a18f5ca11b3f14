using IronCage.Safety.Recognisers.Places;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>
/// A deterministic automaton over the forms of all rules: one walk from a place finds every form that fits there, whatever the number of rules, and stops at
/// the first byte with which none goes on.
/// </summary>
/// <remarks>A state is the set of the forms that agree with what was read, all at the same place of theirs.</remarks>
internal sealed class IdentifierAutomaton
{
    /// <summary>The state in which no form is left.</summary>
    public const int Dead = 0;

    private readonly string[] forms;
    private readonly IdentifierRule[][] alone;
    private readonly IdentifierRule[][] spoken;
    private readonly bool[] relaxed;
    private readonly Dictionary<string, ushort> states = new(StringComparer.Ordinal);
    private readonly List<ushort[]> rows = [new ushort[IdentifierSymbol.Count]];
    private readonly List<IdentifierEnd?> endOf = [null];
    private readonly ushort[] table;
    private readonly IdentifierEnd[] ends;
    private readonly int firstEnd;

    /// <param name="rules">Whose forms.</param>
    /// <param name="relaxed">By <see cref="PiiKind.Index"/>: whether the user named the kind's country.</param>
    /// <param name="fewDigits">What makes a form one of <see cref="Capitals"/>: it can be written with fewer digits than this.</param>
    public IdentifierAutomaton(IEnumerable<IdentifierRule> rules, bool[] relaxed, int fewDigits)
    {
        this.relaxed = relaxed;
        ILookup<string, IdentifierRule> aloneByForm = ByForm(rules, rule => rule.Alone);
        ILookup<string, IdentifierRule> spokenByForm = ByForm(rules, rule => rule.Spoken);
        forms = [.. aloneByForm.Select(forms => forms.Key).Union(spokenByForm.Select(forms => forms.Key), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        alone = [.. forms.Select(form => aloneByForm[form].ToArray())];
        spoken = [.. forms.Select(form => spokenByForm[form].ToArray())];
        int[] all = [.. Enumerable.Range(0, forms.Length)];
        int numbers = Enter(0, all);
        int capitals = Enter(0, Array.FindAll(all, form => IdentifierForms.FewestDigits(forms[form]) < fewDigits));

        // Those in which a form ends come last: one comparison tells them.
        int[] order = [.. Enumerable.Range(0, rows.Count).OrderBy(state => endOf[state] is not null)];
        var numberOf = new ushort[order.Length];
        for (int i = 0; i < order.Length; i++)
            numberOf[order[i]] = (ushort)i;
        Numbers = numberOf[numbers];
        Capitals = numberOf[capitals];
        table = new ushort[order.Length * IdentifierSymbol.Count];
        for (int i = 0; i < table.Length; i++)
            table[i] = numberOf[rows[order[i / IdentifierSymbol.Count]][i % IdentifierSymbol.Count]];
        ends = [.. order.Select(state => endOf[state]).OfType<IdentifierEnd>()];
        firstEnd = order.Length - ends.Length;
    }

    /// <summary>The state before the first byte, for every form.</summary>
    public int Numbers { get; }

    /// <summary>The state before the first byte, for the forms of few digits.</summary>
    public int Capitals { get; }

    /// <summary>Whether a form can begin as a number does.</summary>
    public bool MayBegin(NumberStart number)
    {
        int state = Numbers;
        for (int digits = 1; state != Dead; digits++)
        {
            state = Next(state, IdentifierSymbol.Digit);
            if (digits < number.Digits)
                continue;
            if (GoesOn(state, number.Next))
                return true;
            if (number.Digits < NumberStart.MostDigits)
                break;
        }

        return false;
    }

    /// <summary>How many states there are.</summary>
    public int Count => firstEnd + ends.Length;

    /// <summary>The state behind one more byte.</summary>
    public int Next(int state, int symbol) => table[(state * IdentifierSymbol.Count) + symbol];

    /// <summary>Reads on, as far as a form may end or none is left; to the end of the text where that comes first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Where to begin; receives where the text goes on.</param>
    /// <param name="state">The state before.</param>
    /// <returns>The state there.</returns>
    public int Read(ReadOnlySpan<byte> text, ref int place, int state)
    {
        ushort[] next = table;
        byte[] symbols = IdentifierSymbol.Of;
        uint between = (uint)(firstEnd - 1);
        int i = place;
        while (i < text.Length)
        {
            state = next[(state * IdentifierSymbol.Count) + symbols[text[i++]]];
            if ((uint)(state - 1) >= between)
                break;
        }

        place = i;
        return state;
    }

    /// <summary>The rules of which a form ends here; null where none does.</summary>
    public IdentifierEnd? End(int state) => state < firstEnd ? null : ends[state - firstEnd];

    private bool GoesOn(int state, NumberNext next)
    {
        if (next != NumberNext.Letter && End(state) is not null)
            return true;
        string signs = next switch
        {
            NumberNext.Letter => "a",
            NumberNext.Bracket => "()",
            NumberNext.Separator => " -./",
            NumberNext.Space => " ",
            NumberNext.Hyphen => "-",
            NumberNext.Dot => ".",
            NumberNext.Slash => "/",
            _ => "+",
        };
        return signs.Any(sign => Next(state, IdentifierSymbol.Of[sign]) != Dead);
    }

    private static ILookup<string, IdentifierRule> ByForm(IEnumerable<IdentifierRule> rules, Func<IdentifierRule, string> forms) =>
        rules.SelectMany(rule => IdentifierForms.Expand(forms(rule)).Select(form => (form, rule))).ToLookup(pair => pair.form, pair => pair.rule, StringComparer.Ordinal);

    private ushort Enter(int depth, int[] alive)
    {
        if (alive.Length == 0)
            return Dead;
        string key = string.Create(alive.Length + 1, (depth, alive), static (span, state) =>
        {
            span[0] = (char)state.depth;
            for (int i = 0; i < state.alive.Length; i++)
                span[i + 1] = (char)state.alive[i];
        });
        if (states.TryGetValue(key, out ushort known))
            return known;

        ushort state = checked((ushort)rows.Count);
        states.Add(key, state);
        var row = new ushort[IdentifierSymbol.Count];
        rows.Add(row);
        int[] over = Array.FindAll(alive, form => forms[form].Length == depth);
        endOf.Add(over.Length == 0 ? null : new IdentifierEnd(over.SelectMany(form => alone[form]), over.SelectMany(form => spoken[form]), relaxed));
        int symbols = 0;
        foreach (int form in alive)
            symbols |= forms[form].Length > depth ? IdentifierSymbol.Mask(forms[form][depth]) : 0;
        for (int symbol = 1; symbol < IdentifierSymbol.Count; symbol++)
        {
            if ((symbols >> symbol & 1) != 0)
                row[symbol] = Enter(depth + 1, Array.FindAll(alive, form => GoesOn(form, depth, symbol)));
        }

        return state;
    }

    private bool GoesOn(int form, int depth, int symbol) => forms[form].Length > depth && (IdentifierSymbol.Mask(forms[form][depth]) >> symbol & 1) != 0;
}
