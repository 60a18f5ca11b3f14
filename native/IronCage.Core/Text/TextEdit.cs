namespace IronCage.Core.Text;

/// <summary>Replace the bytes [<see cref="Start"/>, <see cref="End"/>) of a UTF-8 text by <see cref="Replacement"/>, which is printable ASCII without quotes or backslashes.</summary>
public readonly record struct TextEdit(long Start, long End, ReadOnlyMemory<byte> Replacement);
