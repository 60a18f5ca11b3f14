namespace IronCage.Safety.Tokens;

/// <summary>A token in a text: the bytes [<see cref="Start"/>, <see cref="End"/>).</summary>
/// <param name="Start">First byte, from 0 at the beginning of the whole text.</param>
/// <param name="End">One past the last.</param>
/// <param name="Name">Its name, as it was written first.</param>
public readonly record struct FoundToken(long Start, long End, string Name);
