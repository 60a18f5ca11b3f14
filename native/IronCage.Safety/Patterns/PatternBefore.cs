namespace IronCage.Safety.Patterns;

/// <summary>What stands before a place, as far as conditions ask.</summary>
internal enum PatternBefore
{
    /// <summary>Nothing that they ask about.</summary>
    Other,

    /// <summary>A character of a word.</summary>
    Word,

    /// <summary>A line feed.</summary>
    LineFeed,

    /// <summary>Nothing: the text begins here.</summary>
    Start,
}
