using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>A filter: the rules it was made of, and the programme for the kernel.</summary>
public sealed record SeccompFilter
{
    /// <summary>ENOSYS: what numbers of no known call are answered with.</summary>
    public static FilterAction UnknownCall { get; } = FilterAction.Error(Errors.NotImplemented);

    /// <summary>The architecture whose numbers it knows.</summary>
    public required CpuArchitecture Architecture { get; init; }

    /// <summary>The rules, in order.</summary>
    public required ImmutableArray<FilterRule> Rules { get; init; }

    /// <summary>The programme, at most 4,096 instructions, with no jump backwards.</summary>
    public required ImmutableArray<BpfInstruction> Programme { get; init; }

    /// <summary>What becomes of a call, by the rules and without the programme.</summary>
    /// <param name="auditArchitecture">The AUDIT_ARCH value of the call: another than the filter's is another ABI (int 0x80).</param>
    /// <param name="number">The number of the call, as seccomp_data has it.</param>
    /// <param name="arguments">Its six arguments.</param>
    public FilterAction Decide(uint auditArchitecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        if (auditArchitecture != (uint)Architecture)
            return FilterAction.Kill;
        if (Architecture == CpuArchitecture.X64 && number >= BpfCode.X32Bit && number != uint.MaxValue)
            return FilterAction.Kill;
        if (SyscallTable.Of(Architecture).NameOf((int)number) is not { } name)
            return UnknownCall;
        return RuleFor(name, arguments)?.Action ?? FilterAction.Allow;
    }

    /// <summary>The rule that decides about a call, or null: none does, so it is allowed. It says why, and which option would allow it.</summary>
    public FilterRule? RuleFor(string syscall, ReadOnlySpan<ulong> arguments)
    {
        foreach (var rule in Rules)
        {
            if (rule.Syscall == syscall && Matches(rule, arguments))
                return rule;
        }
        return null;
    }

    private static bool Matches(FilterRule rule, ReadOnlySpan<ulong> arguments)
    {
        foreach (var check in rule.Checks)
        {
            if (!check.Matches(arguments[check.Index]))
                return false;
        }
        return true;
    }
}
