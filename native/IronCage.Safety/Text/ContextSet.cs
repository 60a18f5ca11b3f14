namespace IronCage.Safety.Text;

/// <summary>
/// Words and phrases of any languages of which one, left of a value, says what the value is. Case does not count, nor whether words of a phrase are joined by a space,
/// <c>_</c>, <c>-</c> or nothing. Words of scripts with spaces stand by themselves (a plural s may follow; digits and <c>_</c> are boundaries, and so is the change
/// to a capital, as in <c>taxId</c>); those of Chinese, Japanese, Korean and Thai may stand anywhere.
/// </summary>
internal sealed class ContextSet
{
    /// <summary>Bits that are kept for the user's patterns: a scanner has its own sets in them.</summary>
    public const int MostOwn = 64;

    private static int count;

    public ContextSet(params string[] words)
    {
        Words = words;
        Id = Interlocked.Increment(ref count) - 1;
        if (Id >= ContextBits.Most - MostOwn)
            throw new InvalidOperationException($"More than {ContextBits.Most - MostOwn} sets of context words.");
    }

    private ContextSet(int id, IReadOnlyList<string> words) => (Id, Words) = (id, words);

    /// <summary>The words, as they are written in a sentence.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The words of one of the user's patterns, the number <paramref name="number"/> of those of its scanner that have some.</summary>
    public static ContextSet Own(int number, IReadOnlyList<string> words) => new(ContextBits.Most - 1 - number, words);

    /// <summary>Its bit in <see cref="ContextBits"/>.</summary>
    public int Id { get; }
}
