namespace IronCage.Safety.Patterns;

/// <summary>The kinds of <see cref="PatternNode"/>.</summary>
internal enum PatternNodeKind
{
    /// <summary>One character of a set.</summary>
    Chars,

    /// <summary>Its children one after another; without children, nothing.</summary>
    Sequence,

    /// <summary>One of its children, the earlier the better.</summary>
    Choice,

    /// <summary>Its one child, several times.</summary>
    Repeat,

    /// <summary>A condition on the place.</summary>
    Look,
}
