using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>A row of the tables of tokens.</summary>
/// <param name="Kind">The name of its kind.</param>
/// <param name="Shape">In the notation of <see cref="ShapeNotation"/>.</param>
/// <param name="Context">Words of which one must stand left of it; null where the shape alone decides.</param>
/// <param name="Checksum">A checksum over it; evidence, not a condition, since issuers changed them before.</param>
/// <param name="Spelled">A name with digits, in small letters, that must stand left of it too: digits are no part of context words.</param>
internal sealed record TokenRow(string Kind, string Shape, ContextSet? Context = null, TokenChecksum Checksum = TokenChecksum.None, string? Spelled = null);
