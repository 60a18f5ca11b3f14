using System.Numerics;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>A set of ASCII bytes.</summary>
internal readonly record struct AsciiSet(ulong Low, ulong High)
{
    public int Count => BitOperations.PopCount(Low) + BitOperations.PopCount(High);

    public static AsciiSet Of(string bytes)
    {
        AsciiSet set = default;
        foreach (char c in bytes)
            set |= Range(c, c);
        return set;
    }

    public static AsciiSet Range(char first, char last)
    {
        ulong low = 0;
        ulong high = 0;
        for (int c = first; c <= last; c++)
        {
            if (c < 64)
                low |= 1UL << c;
            else
                high |= 1UL << (c - 64);
        }

        return new AsciiSet(low, high);
    }

    public static AsciiSet operator |(AsciiSet a, AsciiSet b) => new(a.Low | b.Low, a.High | b.High);

    public bool Has(byte b) => b < 128 && ((b < 64 ? Low >> b : High >> (b - 64)) & 1) != 0;

    /// <summary>Where members end that begin at <paramref name="from"/>, <paramref name="to"/> at the latest.</summary>
    public int End(ReadOnlySpan<byte> text, int from, int to)
    {
        ulong low = Low;
        ulong high = High;
        int i = from;
        while (i < to && text[i] is var b && b < 128 && ((b < 64 ? low : high) >> b & 1) != 0)
            i++;
        return i;
    }

    /// <summary>Whether all bytes are members.</summary>
    public bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (!Has(b))
                return false;
        }

        return true;
    }

    public bool IsWithin(AsciiSet other) => (Low & ~other.Low) == 0 && (High & ~other.High) == 0;
}
