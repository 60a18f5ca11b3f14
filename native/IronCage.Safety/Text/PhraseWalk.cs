using System.Numerics;

namespace IronCage.Safety.Text;

/// <summary>Goes from one word on through those that follow it closely enough to be one phrase with it.</summary>
internal ref struct PhraseWalk(ReadOnlySpan<byte> text, WordMasks words, ulong rest)
{
    /// <summary>The most words of a phrase.</summary>
    public const int MostWords = LeftContext.Width / 3;

    private const int WidestGap = 2;

    private readonly ReadOnlySpan<byte> text = text;
    private readonly WordMasks words = words;
    private ulong rest = rest;
    private int count;

    /// <summary>The hash of the words so far.</summary>
    public ulong Hash = ContextWords.Seed;

    /// <summary>The phrase that the words so far are, where the same without a plural's s was handed out first; 0 otherwise.</summary>
    public int Whole;

    /// <summary>Where the last word ends.</summary>
    public int End { get; private set; }

    /// <summary>Whether the last word ends in s and is longer than two bytes.</summary>
    public bool IsPlural { get; private set; }

    /// <summary>Moves to the next word.</summary>
    public bool Next(out ReadOnlySpan<byte> word)
    {
        word = default;
        if (rest == 0 || count == MostWords)
            return false;
        int start = BitOperations.TrailingZeroCount(rest);
        if (count > 0 && start - End > WidestGap)
            return false;
        rest &= rest - 1;
        count++;
        End = words.End(start);
        word = text[start..End];
        IsPlural = word.Length > 2 && (word[^1] | 0x20) == 's';
        return true;
    }

    /// <summary>No phrase goes on here.</summary>
    public void Close() => rest = 0;

    public int TakeWhole()
    {
        int phrase = Whole;
        Whole = 0;
        return phrase;
    }
}
