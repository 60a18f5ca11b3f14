namespace IronCage.Safety.Tokens;

/// <summary>A token that was to be opened.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Kind">The name of the kind; "" when unknown.</param>
/// <param name="Value">The value it stands for, where it was opened.</param>
public readonly record struct OpenedToken(TokenState State, string Kind, byte[]? Value)
{
    internal static readonly OpenedToken Unknown = new(TokenState.Unknown, "", null);
}
