using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// How a finding goes on whose beginning is proven long before its end is at hand: a stream hands out the beginning at once, and swallows what follows piece by piece.
/// Immutable.
/// </summary>
internal abstract class FindingTail
{
    /// <summary>The most bytes of a finding, its beginning included; where it goes on, it is over all the same.</summary>
    public const int MostBytes = 65536;

    /// <summary>Reads on. The answer depends on the text from <paramref name="end"/> on alone, so that it is the same for every cut of the text.</summary>
    /// <param name="window">The text.</param>
    /// <param name="limit">Where the finding ends at the latest; may lie behind the window.</param>
    /// <param name="end">What was certain to belong to the finding, and is now: never more than a few hundred bytes before the end of the window.</param>
    /// <returns><see cref="MatchState.Match"/> if it ends there, <see cref="MatchState.NeedMore"/> if the text at hand does not tell.</returns>
    public abstract MatchState Read(in TextWindow window, int limit, ref int end);
}
