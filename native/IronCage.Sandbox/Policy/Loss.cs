namespace IronCage.Sandbox.Policy;

/// <summary>Something that this kernel cannot enforce.</summary>
/// <param name="Option">The option, as the user spells it, or what is always enforced ("signals").</param>
/// <param name="Reason">What is missing, and what would then be possible.</param>
public sealed record Loss(string Option, string Reason);
