namespace IronCage.Safety.Patterns;

/// <summary>
/// A state of the deterministic automaton: the instructions that may come next, the preferred ones first, and what of the character before it conditions ask about.
/// Its successors are found when they are first needed.
/// </summary>
internal sealed class PatternState(int[] instructions, PatternBefore before, bool isCertain, int classes)
{
    private readonly PatternState?[] next = new PatternState?[classes];
    private readonly bool[] matches = new bool[classes];

    public int[] Instructions { get; } = instructions;

    public PatternBefore Before { get; } = before;

    /// <summary>Whether nothing can match any more.</summary>
    public bool IsDead => Instructions.Length == 0;

    /// <summary>Whether the best match ends here, whatever follows.</summary>
    public bool IsCertain { get; } = isCertain;

    /// <summary>The state behind a character of this class; null while it is not known.</summary>
    /// <param name="character">The class of the character.</param>
    /// <param name="matched">Whether the best match so far ends before the character.</param>
    public PatternState? Next(int character, out bool matched)
    {
        PatternState? state = Volatile.Read(ref next[character]);
        matched = matches[character];
        return state;
    }

    public void Learn(int character, PatternState state, bool matched)
    {
        matches[character] = matched;
        Volatile.Write(ref next[character], state);
    }
}
