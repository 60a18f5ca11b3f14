namespace IronCage.Safety.Recognisers.Phones;

/// <summary>By the first three digits, which lengths of national numbers some of the plans have.</summary>
internal sealed class NationalLengths
{
    public const int Fewest = 7;
    public const int Most = 13;

    private readonly ushort[] byPrefix = new ushort[PrefixPattern.Count];

    public NationalLengths(IEnumerable<NationalPlan> plans)
    {
        foreach (NationalPlan plan in plans)
        {
            foreach (string entry in plan.Numbers.Split(' '))
            {
                int colon = entry.IndexOf(':', StringComparison.Ordinal);
                ushort lengths = DigitRanges.Bits(entry[(colon + 1)..]);
                foreach (int prefix in PrefixPattern.Expand(entry[..colon]))
                    byPrefix[prefix] |= lengths;
            }
        }
    }

    public bool Allow(ReadOnlySpan<byte> digits) =>
        digits.Length is >= Fewest and <= Most && (byPrefix[PrefixPattern.Of(digits)] >> digits.Length & 1) != 0;
}
