namespace IronCage.Cost;

/// <summary>What the splitting patterns of the public tokenizers tell apart. A letter without case (Lo, Lm) is both <see cref="Upper"/> and <see cref="Lower"/>.</summary>
[Flags]
internal enum CharacterClass : byte
{
    /// <summary>Lu, Lt; with <see cref="Lower"/>: Lo, Lm.</summary>
    Upper = 1,

    /// <summary>Ll; with <see cref="Upper"/>: Lo, Lm.</summary>
    Lower = 2,

    /// <summary><c>\p{L}</c>.</summary>
    Letter = Upper | Lower,

    /// <summary><c>\p{M}</c>.</summary>
    Mark = 4,

    /// <summary><c>\p{N}</c>.</summary>
    Number = 8,

    /// <summary><c>\s</c>.</summary>
    Space = 16,

    /// <summary><c>[\r\n]</c>, always with <see cref="Space"/>.</summary>
    Newline = 32,

    /// <summary>Everything else: punctuation, symbols, controls, unassigned.</summary>
    Other = 64,
}
