using System.Globalization;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>Small numbers as the tables write them: <c>7,9-11</c>.</summary>
internal static class DigitRanges
{
    /// <summary>A bit for each number of the list, at most 15.</summary>
    public static ushort Bits(string list)
    {
        int bits = 0;
        foreach (string part in list.Split(','))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            int first = int.Parse(dash < 0 ? part : part[..dash], CultureInfo.InvariantCulture);
            int last = dash < 0 ? first : int.Parse(part[(dash + 1)..], CultureInfo.InvariantCulture);
            for (int i = first; i <= last; i++)
                bits |= 1 << i;
        }

        return checked((ushort)bits);
    }
}
