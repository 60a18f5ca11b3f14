namespace IronCage.State;

/// <summary>An error that the server answered with.</summary>
/// <param name="Text">Its code and what it says.</param>
internal sealed record RespError(string Text);
