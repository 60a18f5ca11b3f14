using System.Collections.Immutable;

namespace IronCage.Sandbox.Seccomp;

/// <summary>What becomes of a system call whose arguments meet all conditions. The first rule of a call that matches decides; a known call that none matches is allowed.</summary>
/// <param name="Syscall">The name of the call, as in the kernel's tables.</param>
/// <param name="Checks">The conditions; none: always.</param>
/// <param name="Action">What becomes of it.</param>
/// <param name="Reason">What it would open, for people.</param>
/// <param name="Option">The option that would allow it, as the user spells it, or null: none does.</param>
public sealed record FilterRule(string Syscall, ImmutableArray<ArgumentCheck> Checks, FilterAction Action, string Reason, string? Option);
