namespace IronCage.Runtime.Protections;

/// <summary>Another host of the same protocol. Its key is never known here: only by which word the process that sends the request finds it.</summary>
/// <param name="BaseUrl">What its SDK has as the base URL: absolute, without credentials; a query holds <c>api-version</c> alone.</param>
/// <param name="Slot">The number by which the process knows the key; null: it has none there.</param>
/// <param name="KeyVariable">The environment variable that holds the key; null: none.</param>
/// <param name="KeyHeader">The header that takes the key; null: the usual one of that host.</param>
public sealed record FallbackHost(string BaseUrl, long? Slot, string? KeyVariable, string? KeyHeader);
