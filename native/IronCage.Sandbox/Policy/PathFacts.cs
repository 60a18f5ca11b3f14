namespace IronCage.Sandbox.Policy;

/// <summary>What a path led to when it was looked at.</summary>
/// <param name="Kind">What is there.</param>
/// <param name="RealPath">The absolute path without symbolic links, or the path itself where it is missing.</param>
public readonly record struct PathFacts(PathKind Kind, string RealPath);
