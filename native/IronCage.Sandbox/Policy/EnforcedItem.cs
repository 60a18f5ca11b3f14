namespace IronCage.Sandbox.Policy;

/// <summary>Something that is enforced.</summary>
/// <param name="Option">The option, as the user spells it, or what is always enforced ("capabilities").</param>
/// <param name="By">What holds it: "Landlock ABI 7", "seccomp", "rlimit", "supervisor".</param>
public sealed record EnforcedItem(string Option, string By);
