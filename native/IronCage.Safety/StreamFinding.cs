namespace IronCage.Safety;

/// <summary>
/// A <see cref="Finding"/> in a text that arrives in pieces, or a part of one; offsets count bytes from the start of the whole text. A long secret (a private key) is handed out
/// before its end is known: first its beginning, then what follows, each with the same <see cref="Start"/>, all but the last <see cref="IsOpen"/>. The last one is the finding that
/// the whole text has.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte, from 0.</param>
/// <param name="End">One past the last byte, as far as it is known.</param>
/// <param name="Score">As in <see cref="Finding.Score"/>.</param>
/// <param name="Evidence">As in <see cref="Finding.Evidence"/>; all of it is known with the last part.</param>
public readonly record struct StreamFinding(PiiKind Kind, long Start, long End, float Score, Evidence Evidence)
{
    /// <summary>Where this part begins: the <see cref="End"/> of the part before it, or <see cref="Start"/>. Parts other than the first may be empty.</summary>
    public long From { get; init; } = Start;

    /// <summary>Whether more of it will be handed out.</summary>
    public bool IsOpen { get; init; }
}
