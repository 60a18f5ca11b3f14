using System.Globalization;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>The first three digits of a number, as the tables write them.</summary>
internal static class PrefixPattern
{
    public const int Length = 3;
    public const int Count = 1000;

    /// <summary>The number that three digits make.</summary>
    public static int Of(ReadOnlySpan<byte> digits) => (digits[0] * 100) + (digits[1] * 10) + digits[2];

    /// <summary>Every three digits that <paramref name="pattern"/> allows. Other characters than digits, <c>x</c> and <c>[…]</c> are skipped.</summary>
    public static IEnumerable<int> Expand(string pattern)
    {
        var choices = new List<ushort>();
        for (int i = 0; i < pattern.Length && choices.Count < Length; i++)
        {
            if (pattern[i] == '[')
            {
                int close = pattern.IndexOf(']', i);
                choices.Add(DigitRanges.Bits(pattern[(i + 1)..close]));
                i = close;
            }
            else if (pattern[i] == 'x')
            {
                choices.Add(0x3FF);
            }
            else if (char.IsAsciiDigit(pattern[i]))
            {
                choices.Add((ushort)(1 << int.Parse(pattern.AsSpan(i, 1), CultureInfo.InvariantCulture)));
            }
        }

        while (choices.Count < Length)
            choices.Add(0x3FF);
        for (int prefix = 0; prefix < Count; prefix++)
        {
            if ((choices[0] >> (prefix / 100) & choices[1] >> (prefix / 10 % 10) & choices[2] >> (prefix % 10) & 1) != 0)
                yield return prefix;
        }
    }
}
