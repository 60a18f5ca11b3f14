namespace IronCage.Safety.Patterns;

/// <summary>A set of Unicode code points. Immutable.</summary>
internal sealed class CodePointSet
{
    public const int Last = 0x10FFFF;

    /// <summary>Ascending, disjoint, not adjacent.</summary>
    private readonly (int First, int Last)[] ranges;

    private CodePointSet((int First, int Last)[] ranges) => this.ranges = ranges;

    public static CodePointSet All { get; } = Of((0, Last));

    public static CodePointSet Digit { get; } = Of(('0', '9'));

    /// <summary>ASCII white space and that of Unicode.</summary>
    public static CodePointSet Space { get; } =
        Of(('\t', '\r'), (0x1C, ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000));

    public static CodePointSet LineFeed { get; } = Of(('\n', '\n'));

    public ReadOnlySpan<(int First, int Last)> Ranges => ranges;

    public bool IsEmpty => ranges.Length == 0;

    /// <summary>The set of these ranges, in any order, overlapping or not.</summary>
    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var (first, last) in ranges.Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }

        return new CodePointSet([.. merged]);
    }

    public static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    public CodePointSet Union(CodePointSet other) => Of([.. ranges, .. other.ranges]);

    public CodePointSet Complement()
    {
        var rest = new List<(int, int)>();
        int from = 0;
        foreach (var (first, last) in ranges)
        {
            if (first > from)
                rest.Add((from, first - 1));
            from = last + 1;
        }

        if (from <= Last)
            rest.Add((from, Last));
        return new CodePointSet([.. rest]);
    }

    public bool Contains(int codePoint)
    {
        int low = 0, high = ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (codePoint < ranges[middle].First)
                high = middle - 1;
            else if (codePoint > ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }
}
