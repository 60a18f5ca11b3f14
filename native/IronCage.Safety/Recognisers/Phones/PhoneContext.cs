using System.Numerics;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>What the words left of a number say.</summary>
/// <param name="IsStrong">A word for a telephone number is there.</param>
/// <param name="IsWeak">A word is there that means other things as well.</param>
/// <param name="IsBeside">One of them is among the two words before the number.</param>
internal readonly record struct PhoneContext(bool IsStrong, bool IsWeak, bool IsBeside)
{
    /// <summary>Fewest digits of an international number without its plus sign.</summary>
    private const int FewestInternational = 10;

    private const int LongestAcronym = 6;

    private const int SeparatorsThatMix = (1 << (int)PhoneGap.Space) | (1 << (int)PhoneGap.Hyphen) | (1 << (int)PhoneGap.Slash) | (1 << (int)PhoneGap.Wide);

    /// <summary>Limits of 32-bit integers, of which one could be a number in Dallas.</summary>
    private static readonly byte[][] Limits = [[2, 1, 4, 7, 4, 8, 3, 6, 4, 7], [2, 1, 4, 7, 4, 8, 3, 6, 4, 8], [4, 2, 9, 4, 9, 6, 7, 2, 9, 5], [4, 2, 9, 4, 9, 6, 7, 2, 9, 6]];

    /// <summary>The words of all sets, for parts of the context.</summary>
    private static readonly ContextIndex Index = new([PhoneWords.Strong, PhoneWords.Weak, PhoneWords.Leading, PhoneWords.Neutral, PhoneWords.Number, PhoneWords.Other]);

    /// <summary>Reads the words that may belong to the number at <paramref name="start"/>.</summary>
    public static PhoneContext Of(in TextWindow window, int start)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!window.HasContext(PhoneWords.Strong, start) && !window.HasContext(PhoneWords.Weak, start) && !window.HasContext(PhoneWords.Leading, start))
            return default;
        int from = ContextReach.From(text, start, out int label);

        // Nothing of what stands in a replaced form or before it, nor the rest of a word right behind it.
        int known = start - LeftContext.Before(text, start).Length;
        while (ContextIndex.IsCut(text, known) && known < start && ContextWords.IsLetterEnd(text[known]))
            known++;
        from = Math.Max(from, known);
        if (label >= 0)
            label = Math.Max(label, known);
        if (label >= 0 && !IsName(Index.Find(text[label..start], start - label)))
            return default;

        ContextBits bits = Index.Find(text[from..start], start - from);
        int word = ContextReach.WordsBefore(text, from, start);
        ContextBits beside = Index.Find(text[word..start], start - word);
        return new PhoneContext(bits.Has(PhoneWords.Strong), bits.Has(PhoneWords.Weak) || bits.Has(PhoneWords.Leading), beside.Has(PhoneWords.Strong) || beside.Has(PhoneWords.Weak));
    }

    /// <summary>Whether a short word before a full stop belongs to the name of a number, and ends no sentence.</summary>
    public static bool IsAbbreviation(ReadOnlySpan<byte> word)
    {
        ContextBits bits = Index.Find(word, word.Length);
        return bits.Has(PhoneWords.Strong) || bits.Has(PhoneWords.Weak) || bits.Has(PhoneWords.Leading) || bits.Has(PhoneWords.Number);
    }

    /// <summary>Whether the name directly before a colon or an equals sign is that of another number: a word for one, or a few capitals such as BSN.</summary>
    public static bool NamesAnother(ReadOnlySpan<byte> text, int start)
    {
        _ = ContextReach.From(text, start, out int label);
        if (label < 0)
            return false;

        // What stands before a replaced form is not looked at: it may be such a word.
        if (start - LeftContext.Before(text, start).Length > label)
            return true;
        ContextBits bits = Index.Find(text[label..start], start - label);
        return !IsName(bits) && (bits.Has(PhoneWords.Number) || bits.Has(PhoneWords.Other) || IsAcronym(text[label..start]));
    }

    private static bool IsAcronym(ReadOnlySpan<byte> label)
    {
        int capitals = 0;
        foreach (byte b in label)
        {
            if (ByteClass.IsUpper(b))
                capitals++;
            else if (ByteClass.IsLetter(b) || b >= 0x80)
                return false;
        }

        return capitals is >= 2 and <= LongestAcronym;
    }

    private static bool IsName(in ContextBits bits) =>
        bits.Has(PhoneWords.Strong) || bits.Has(PhoneWords.Weak) || bits.Has(PhoneWords.Leading) || bits.Has(PhoneWords.Neutral);

    /// <summary>Whether the digits read so far are a number, given the words.</summary>
    /// <param name="reader">The digits.</param>
    /// <param name="isNational">Whether some national plan has them.</param>
    /// <param name="isNorthAmerican">Whether they are grouped as North American numbers are.</param>
    public bool Allows(in PhoneReader reader, bool isNational, bool isNorthAmerican)
    {
        if (!IsStrong && !IsWeak)
            return false;
        if (isNorthAmerican)
            return true;
        ReadOnlySpan<byte> digits = reader.Digits;
        int single = SingleDigits(reader.Shape, reader.Groups);
        if (IsStrong && single <= 1)
            return isNational || IsInternational(digits);
        if (single > 0 || !isNational)
            return false;
        if (reader.Groups == 1)
            return (digits[0] == 0 && digits.Length is 10 or 11) || IsBareNorthAmerican(digits);
        bool isPlain = (reader.Gaps & (1 << (int)PhoneGap.Dot)) == 0 && BitOperations.PopCount((uint)(reader.Gaps & SeparatorsThatMix)) <= 1;
        return isPlain && (IsBeside || digits[0] == 0);
    }

    /// <summary>Whether the digits are an international number, with <c>00</c> or nothing for the plus sign.</summary>
    private static bool IsInternational(ReadOnlySpan<byte> digits)
    {
        if (digits[0] == 0)
            digits = digits[1] == 0 ? digits[2..] : digits[1] == 1 && digits[2] == 1 ? digits[3..] : [];
        return digits.Length >= FewestInternational && CountryCodes.TryFind(digits, out CountryCode code) && code.Allows(digits[code.Digits..]);
    }

    private static bool IsBareNorthAmerican(ReadOnlySpan<byte> digits)
    {
        foreach (byte[] limit in Limits)
        {
            if (digits.SequenceEqual(limit))
                return false;
        }

        return NorthAmericanNumber.IsValid(digits);
    }

    /// <summary>How many groups behind the first have a single digit.</summary>
    private static int SingleDigits(ulong shape, int groups)
    {
        int single = 0;
        for (int left = groups; left > 1; left--, shape >>= 8)
        {
            if ((shape & 15) == 1)
                single++;
        }

        return single;
    }
}
