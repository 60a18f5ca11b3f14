namespace IronCage.Sandbox.Policy;

/// <summary>A limit that each process of a tree starts with.</summary>
/// <param name="Resource">What is limited.</param>
/// <param name="Soft">The limit, in the resource's unit.</param>
/// <param name="Hard">How far the process may raise it.</param>
public readonly record struct ResourceLimit(Resource Resource, ulong Soft, ulong Hard);
