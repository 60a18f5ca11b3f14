using System.Runtime.CompilerServices;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>
/// A deterministic automaton over the forms of all rules: one walk from a place finds every form that fits there, whatever the number of rules, and stops at the first
/// byte with which none goes on.
/// </summary>
/// <remarks>A state is the set of the forms that agree with what was read, all at the same place of theirs.</remarks>
internal sealed class IdentifierAutomaton
{
    /// <summary>The state in which no form is left.</summary>
    public const int Dead = 0;

    private readonly List<ushort> next = [.. new ushort[IdentifierSymbol.Count]];
    private readonly List<IdentifierEnd?> ends = [null];
    private readonly Dictionary<string, ushort> states = new(StringComparer.Ordinal);
    private readonly List<(string Text, IdentifierRule Rule, bool Alone)> forms = [];
    private readonly bool[] relaxed;
    private readonly ushort[] table;
    private readonly IdentifierEnd?[] final;

    /// <param name="rules">Whose forms.</param>
    /// <param name="relaxed">By <see cref="PiiKind.Index"/>: whether the user named the kind's country.</param>
    /// <param name="fewDigits">What makes a form one of <see cref="Capitals"/>: it can be written with fewer digits than this.</param>
    public IdentifierAutomaton(IEnumerable<IdentifierRule> rules, bool[] relaxed, int fewDigits)
    {
        this.relaxed = relaxed;
        foreach (IdentifierRule rule in rules)
        {
            foreach (string form in IdentifierForms.Expand(rule.Alone))
                forms.Add((form, rule, true));
            foreach (string form in IdentifierForms.Expand(rule.Spoken))
                forms.Add((form, rule, false));
        }

        // The same text in a row, so that the groups below are built of few steps.
        forms.Sort(static (a, b) => string.CompareOrdinal(a.Text, b.Text));
        List<int> all = [.. Enumerable.Range(0, forms.Count)];
        Numbers = Enter(0, all);
        Capitals = Enter(0, all.FindAll(form => IdentifierForms.FewestDigits(forms[form].Text) < fewDigits));
        table = [.. next];
        final = [.. ends];
    }

    /// <summary>The state before the first byte, for every form.</summary>
    public int Numbers { get; }

    /// <summary>The state before the first byte, for the forms of few digits.</summary>
    public int Capitals { get; }

    /// <summary>How many states there are.</summary>
    public int Count => final.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int state, int symbol) => table[(state * IdentifierSymbol.Count) + symbol];

    /// <summary>The rules of which a form ends here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IdentifierEnd? End(int state) => final[state];

    private ushort Enter(int depth, List<int> alive)
    {
        if (alive.Count == 0)
            return Dead;
        string key = string.Create(alive.Count + 1, (depth, alive), static (span, state) =>
        {
            span[0] = (char)state.depth;
            for (int i = 0; i < state.alive.Count; i++)
                span[i + 1] = (char)state.alive[i];
        });
        if (states.TryGetValue(key, out ushort known))
            return known;

        ushort state = checked((ushort)ends.Count);
        states.Add(key, state);
        List<int> over = alive.FindAll(form => forms[form].Text.Length == depth);
        ends.Add(over.Count == 0 ? null : new IdentifierEnd(
            over.Where(form => forms[form].Alone).Select(form => forms[form].Rule), over.Where(form => !forms[form].Alone).Select(form => forms[form].Rule), relaxed));
        next.AddRange(new ushort[IdentifierSymbol.Count]);
        for (int symbol = 1; symbol < IdentifierSymbol.Count; symbol++)
        {
            List<int> rest = alive.FindAll(form => forms[form].Text.Length > depth && (IdentifierSymbol.Mask(forms[form].Text[depth]) >> symbol & 1) != 0);
            ushort target = Enter(depth + 1, rest);
            next[(state * IdentifierSymbol.Count) + symbol] = target;
        }

        return state;
    }
}
