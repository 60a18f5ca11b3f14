using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>A filter: the rules it was made of, and the programme for the kernel.</summary>
public sealed record SeccompFilter
{
    /// <summary>The architecture whose numbers it knows.</summary>
    public required CpuArchitecture Architecture { get; init; }

    /// <summary>The rules, in order.</summary>
    public required ImmutableArray<FilterRule> Rules { get; init; }

    /// <summary>The programme, at most 4,096 instructions, with no jump backwards.</summary>
    public required ImmutableArray<BpfInstruction> Programme { get; init; }
}
