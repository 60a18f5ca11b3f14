namespace IronCage.Safety;

/// <summary>A <see cref="Finding"/> in a text that arrives in pieces; offsets count bytes from the start of the whole text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte, from 0.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Score">As in <see cref="Finding.Score"/>.</param>
/// <param name="Evidence">As in <see cref="Finding.Evidence"/>.</param>
public readonly record struct StreamFinding(PiiKind Kind, long Start, long End, float Score, Evidence Evidence);
