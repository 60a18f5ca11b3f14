namespace IronCage.Safety.Patterns;

/// <summary>What an <see cref="PatternInstruction"/> does.</summary>
internal enum PatternOp
{
    /// <summary>Takes one character of the set number <see cref="PatternInstruction.First"/>, and goes on with the next instruction.</summary>
    Chars,

    /// <summary>Goes on at both places, at <see cref="PatternInstruction.First"/> with precedence.</summary>
    Split,

    /// <summary>Goes on at <see cref="PatternInstruction.First"/>.</summary>
    Jump,

    /// <summary>Goes on with the next instruction where the <see cref="PatternLook"/> of number <see cref="PatternInstruction.First"/> holds.</summary>
    Look,

    /// <summary>The pattern has matched.</summary>
    Match,
}
