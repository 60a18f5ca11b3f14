namespace IronCage.Lang;

/// <summary>Replace the raw bytes [<see cref="Start"/>, <see cref="End"/>) of a body; <see cref="Start"/> = <see cref="End"/> inserts.</summary>
public readonly record struct RawEdit(int Start, int End, ReadOnlyMemory<byte> Replacement);
