namespace IronCage.State;

/// <summary>Something that the server says without having been asked.</summary>
/// <param name="Items">"message", the channel, and what was published there.</param>
internal sealed record RespPush(object?[] Items);
