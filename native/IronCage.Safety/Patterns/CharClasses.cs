namespace IronCage.Safety.Patterns;

/// <summary>
/// Splits the code points into as few classes as the sets of a pattern tell apart: what follows is the same for all characters of a class. Three classes beside them stand
/// for bytes that are no UTF-8, for a line feed that ends the text, and for the end of the text.
/// </summary>
internal sealed class CharClasses
{
    private readonly int[] starts;
    private readonly ushort[] numbers;
    private readonly ushort[] ascii = new ushort[128];
    private readonly bool[][] members;
    private readonly bool[] words;

    /// <param name="sets">The sets of the pattern.</param>
    /// <param name="looks">Whether it has conditions, so that characters of words and line feeds are told apart.</param>
    public CharClasses(CodePointSet[] sets, bool looks)
    {
        Sets = sets;
        CodePointSet[] all = looks ? [.. sets, UnicodeTables.Word, CodePointSet.LineFeed] : sets;
        var borders = new SortedSet<int> { 0 };
        foreach (CodePointSet set in all)
        {
            foreach (var (first, last) in set.Ranges)
            {
                borders.Add(first);
                if (last < CodePointSet.Last)
                    borders.Add(last + 1);
            }
        }

        starts = [.. borders];
        numbers = new ushort[starts.Length];
        var known = new Dictionary<string, ushort>();
        var kinds = new List<bool[]>();
        for (int i = 0; i < starts.Length; i++)
        {
            bool[] kind = Array.ConvertAll(all, set => set.Contains(starts[i]));
            string key = string.Concat(kind.Select(isIn => isIn ? '1' : '0'));
            if (!known.TryGetValue(key, out ushort number))
            {
                known[key] = number = checked((ushort)kinds.Count);
                kinds.Add(kind);
            }

            numbers[i] = number;
        }

        Invalid = kinds.Count;
        LastLineFeed = Invalid + 1;
        End = Invalid + 2;
        Count = Invalid + 3;
        bool[] none = new bool[all.Length];
        members = [.. kinds, none, Array.ConvertAll(all, set => set.Contains('\n')), none];
        words = Array.ConvertAll(members, kind => looks && kind[sets.Length]);
        LineFeed = looks ? Of('\n') : -1;
        for (int c = 0; c < ascii.Length; c++)
            ascii[c] = (ushort)Of(c);
    }

    public CodePointSet[] Sets { get; }

    /// <summary>How many there are, with the three.</summary>
    public int Count { get; }

    /// <summary>Bytes that are no UTF-8: in no set.</summary>
    public int Invalid { get; }

    /// <summary>A line feed that is the last character of the text.</summary>
    public int LastLineFeed { get; }

    /// <summary>The end of the text.</summary>
    public int End { get; }

    /// <summary>Line feeds, where they are told apart; else -1.</summary>
    public int LineFeed { get; }

    public int OfAscii(byte b) => ascii[b];

    public int Of(int codePoint)
    {
        int place = Array.BinarySearch(starts, codePoint);
        return numbers[place >= 0 ? place : ~place - 1];
    }

    public bool IsIn(int number, int set) => members[number][set];

    public bool IsWord(int number) => words[number];
}
