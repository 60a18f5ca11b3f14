namespace IronCage.Safety.Patterns;

/// <summary>A node of the syntax tree of a regular expression.</summary>
internal sealed record PatternNode(PatternNodeKind Kind)
{
    /// <summary>For a count without an upper bound.</summary>
    public const int Unbounded = -1;

    public static PatternNode Empty { get; } = new(PatternNodeKind.Sequence);

    public CodePointSet Set { get; private init; } = CodePointSet.All;

    public IReadOnlyList<PatternNode> Children { get; private init; } = [];

    public PatternLook Look { get; private init; }

    public int Least { get; private init; }

    public int Most { get; private init; }

    public bool IsLazy { get; private init; }

    public static PatternNode Chars(CodePointSet set) => new(PatternNodeKind.Chars) { Set = set };

    public static PatternNode At(PatternLook look) => new(PatternNodeKind.Look) { Look = look };

    public static PatternNode Sequence(IReadOnlyList<PatternNode> parts) => parts.Count == 1 ? parts[0] : new(PatternNodeKind.Sequence) { Children = parts };

    public static PatternNode Choice(IReadOnlyList<PatternNode> branches) => branches.Count == 1 ? branches[0] : new(PatternNodeKind.Choice) { Children = branches };

    public static PatternNode Repeat(PatternNode child, int least, int most, bool isLazy) =>
        new(PatternNodeKind.Repeat) { Children = [child], Least = least, Most = most, IsLazy = isLazy };
}
