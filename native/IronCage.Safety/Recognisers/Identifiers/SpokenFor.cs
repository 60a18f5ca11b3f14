using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>Whether a word left of a value speaks of this value, and not of another one between them.</summary>
internal static class SpokenFor
{
    /// <summary>As many digits are another value.</summary>
    private const int ValueDigits = 6;

    /// <summary>The longest word within a list: <c>and</c>, <c>oder</c>.</summary>
    private const int ListWord = 4;

    /// <param name="window">The text.</param>
    /// <param name="words">Of which one is left of the value, as is known.</param>
    /// <param name="start">Where the value begins.</param>
    /// <returns>False where another value and words that make no list stand between them.</returns>
    public static bool By(in TextWindow window, ContextSet words, int start)
    {
        int from = window.Scratch.LastContext(window, words, start);
        int digits = 0;
        int last = from;
        for (int i = Math.Max(from, 0); i < start; i++)
        {
            if (!ByteClass.IsDigit(window.Bytes[i]))
                continue;
            digits++;
            last = i;
        }

        return digits < ValueDigits || IsList(window.Bytes[(last + 1)..start]);
    }

    private static bool IsList(ReadOnlySpan<byte> between)
    {
        // A label of its own begins with these.
        if (between.ContainsAny((byte)':', (byte)'='))
            return false;
        int run = 0;
        foreach (byte b in between)
        {
            run = ContextWords.IsLetterEnd(b) ? run + 1 : 0;
            if (run > ListWord)
                return false;
        }

        return true;
    }
}
