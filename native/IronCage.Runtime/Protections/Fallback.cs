namespace IronCage.Runtime.Protections;

/// <summary>What is called in the place of a model that does not answer.</summary>
/// <param name="Model">Another model; null: the same, at another host.</param>
/// <param name="Host">Another host; null: the same.</param>
public sealed record Fallback(string? Model, FallbackHost? Host = null);
