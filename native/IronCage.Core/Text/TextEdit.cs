namespace IronCage.Core.Text;

/// <summary>Replace the bytes [<see cref="Start"/>, <see cref="End"/>) of a UTF-8 text by <see cref="Replacement"/>, which may stand in a JSON string as it is.</summary>
/// <remarks>What replaces a finding is printable ASCII without quotes or backslashes; a value that comes back is escaped.</remarks>
public readonly record struct TextEdit(long Start, long End, ReadOnlyMemory<byte> Replacement);
