namespace IronCage.Lang;

/// <summary>A header of a request whose feature may have a price of its own.</summary>
/// <param name="Name">Its name, in lower case.</param>
/// <param name="Feature">What it asks for, for messages.</param>
/// <param name="Usual">Values, in lower case, that change no price for the dearer.</param>
public sealed record PricedHeader(string Name, string Feature, IReadOnlyList<string> Usual);
