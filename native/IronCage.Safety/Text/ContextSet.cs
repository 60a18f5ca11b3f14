namespace IronCage.Safety.Text;

/// <summary>
/// Words and phrases of any languages of which one, left of a value, says what the value is. Case does not count, nor whether words of a phrase are joined by a space,
/// <c>_</c>, <c>-</c> or nothing. Words of scripts with spaces stand by themselves (a plural s may follow; digits and <c>_</c> are boundaries, and so is the change
/// to a capital, as in <c>taxId</c>); those of Chinese, Japanese, Korean and Thai may stand anywhere.
/// </summary>
internal sealed class ContextSet
{
    private static int count;

    public ContextSet(params string[] words)
    {
        Words = words;
        Id = Interlocked.Increment(ref count) - 1;
        if (Id >= ContextBits.Most)
            throw new InvalidOperationException($"More than {ContextBits.Most} sets of context words.");
    }

    /// <summary>The words, as they are written in a sentence.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Its bit in <see cref="ContextBits"/>.</summary>
    public int Id { get; }
}
