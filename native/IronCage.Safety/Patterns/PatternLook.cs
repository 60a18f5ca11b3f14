namespace IronCage.Safety.Patterns;

/// <summary>Conditions on a place between two characters.</summary>
internal enum PatternLook
{
    /// <summary><c>\A</c>, and <c>^</c> without the flag m.</summary>
    TextStart,

    /// <summary><c>\Z</c> as Python has it, and <c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>$</c> without the flag m: the end, or before a line feed that ends the text.</summary>
    TextEndOrLineFeed,

    /// <summary><c>^</c> with the flag m.</summary>
    LineStart,

    /// <summary><c>$</c> with the flag m.</summary>
    LineEnd,

    /// <summary><c>\b</c>.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}
