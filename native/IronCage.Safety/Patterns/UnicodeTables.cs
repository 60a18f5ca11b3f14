using System.Globalization;
using System.Text;

namespace IronCage.Safety.Patterns;

/// <summary>What is derived from the Unicode data of the runtime, at the first use.</summary>
internal static class UnicodeTables
{
    private static readonly Lazy<CodePointSet> Words = new(FindWords);
    private static readonly Lazy<Dictionary<int, int[]>> Variants = new(FindCases);

    /// <summary><c>\w</c>: letters, marks, digits and connectors such as <c>_</c>.</summary>
    public static CodePointSet Word => Words.Value;

    /// <summary>The set with every other case of its letters.</summary>
    public static CodePointSet WithCases(CodePointSet set)
    {
        var added = new List<(int, int)>();
        foreach (var (from, others) in Variants.Value)
        {
            if (!set.Contains(from))
                continue;
            foreach (int other in others)
                added.Add((other, other));
        }

        return CodePointSet.Of([.. set.Ranges.ToArray(), .. added]);
    }

    /// <summary>Whether a character belongs to a word.</summary>
    public static bool IsWord(Rune rune) => IsWord(Rune.GetUnicodeCategory(rune));

    private static bool IsWord(UnicodeCategory category) => category is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.ConnectorPunctuation;

    private static CodePointSet FindWords()
    {
        var ranges = new List<(int, int)>();
        int first = -1;
        for (int c = 0; c <= CodePointSet.Last + 1; c++)
        {
            bool isWord = c <= CodePointSet.Last && IsWord(CharUnicodeInfo.GetUnicodeCategory(c));
            if (isWord && first < 0)
                first = c;
            if (isWord || first < 0)
                continue;
            ranges.Add((first, c - 1));
            first = -1;
        }

        return CodePointSet.Of(ranges);
    }

    private static Dictionary<int, int[]> FindCases()
    {
        var byLower = new Dictionary<int, List<int>>();
        for (int c = 'A'; c <= 0x1E943; c++)
        {
            if (!Rune.IsValid(c))
                continue;
            int lower = Rune.ToLowerInvariant(new Rune(c)).Value;
            int upper = Rune.ToUpperInvariant(new Rune(c)).Value;
            if (lower == c && upper == c)
                continue;
            int key = Rune.ToLowerInvariant(new Rune(upper)).Value;
            if (!byLower.TryGetValue(key, out List<int>? members))
                byLower[key] = members = [];
            foreach (int member in (ReadOnlySpan<int>)[c, lower, upper])
            {
                if (!members.Contains(member))
                    members.Add(member);
            }
        }

        var variants = new Dictionary<int, int[]>();
        foreach (List<int> members in byLower.Values)
        {
            foreach (int member in members)
                variants[member] = [.. members];
        }

        return variants;
    }
}
