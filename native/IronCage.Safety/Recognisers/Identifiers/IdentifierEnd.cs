using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>The rules of which a form ends in one state of <see cref="IdentifierAutomaton"/>.</summary>
internal sealed class IdentifierEnd
{
    private readonly ContextBits words;

    public IdentifierEnd(IEnumerable<IdentifierRule> alone, IEnumerable<IdentifierRule> spoken, bool[] relaxed)
    {
        Alone = [.. alone.Distinct()];
        Spoken = [.. spoken.Distinct()];
        Relaxed = Array.FindAll(Spoken, rule => rule.CanRelax && relaxed[rule.Kind.Index]);
        foreach (IdentifierRule rule in Spoken)
            words.Add(rule.Words);
    }

    /// <summary>Rules that need no word.</summary>
    public IdentifierRule[] Alone { get; }

    /// <summary>Rules that need a word.</summary>
    public IdentifierRule[] Spoken { get; }

    /// <summary>Those of <see cref="Spoken"/> whose country the user named.</summary>
    public IdentifierRule[] Relaxed { get; }

    /// <summary>Whether a word of one of <see cref="Spoken"/> is among those that were seen.</summary>
    public bool IsSpoken(in ContextBits seen) => Spoken.Length > 0 && words.Intersects(seen);
}
