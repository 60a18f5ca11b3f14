namespace IronCage.Safety;

/// <summary>One piece of personal data or one secret: the bytes [<see cref="Start"/>, <see cref="End"/>) of a UTF-8 text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte, from 0.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Score">Confidence in (0, 1]; a property of the shape that matched, not a probability. Decides which of two overlapping candidates stays.</param>
/// <param name="Evidence">What raised it.</param>
public readonly record struct Finding(PiiKind Kind, int Start, int End, float Score, Evidence Evidence);
