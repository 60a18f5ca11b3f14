using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>
/// Compiles rules to a programme: the architecture first, then numbers that belong to none of ours, then a binary search over runs of numbers that fare alike, then the
/// conditions of a call in order.
/// </summary>
public static class FilterCompiler
{
    /// <summary>Compiles rules for an architecture. Rules of calls that it does not have are left out.</summary>
    /// <exception cref="ArgumentException">A rule names a call that no architecture has, or its condition can never be met; or the programme would be longer than the kernel takes.</exception>
    public static SeccompFilter Compile(CpuArchitecture architecture, ImmutableArray<FilterRule> rules)
    {
        var table = SyscallTable.Of(architecture);
        foreach (var rule in rules)
            Check(rule);
        var assembler = new BpfAssembler();
        var perCall = rules.Where(rule => table.NumberOf(rule.Syscall) is not null).ToLookup(rule => table.NumberOf(rule.Syscall)!.Value);

        var unknown = assembler.Return(ReturnOf(SeccompFilter.UnknownCall));
        var runs = new List<(uint First, int Place)>();
        for (var number = 0; number <= table.Highest + 1; number++)
        {
            var place = table.NameOf(number) is null ? unknown : Call(assembler, [.. perCall[number]]);
            if (runs.Count == 0 || runs[^1].Place != place)
                runs.Add(((uint)number, place));
        }
        var start = Search(assembler, runs, 0, runs.Count);
        var kill = assembler.Return(BpfCode.ReturnKillProcess);
        if (architecture == CpuArchitecture.X64)
        {
            // -1 is what a tracer leaves of a call that it took away: the kernel says ENOSYS to it, and so do we.
            var outside = assembler.Branch(BpfCode.JumpIfEqual, uint.MaxValue, unknown, kill);
            start = assembler.Branch(BpfCode.JumpIfAtLeast, BpfCode.X32Bit, outside, start);
        }
        start = assembler.Step(BpfCode.LoadWord, BpfCode.NumberOffset, start);
        start = assembler.Branch(BpfCode.JumpIfEqual, (uint)architecture, start, kill);
        start = assembler.Step(BpfCode.LoadWord, BpfCode.ArchitectureOffset, start);
        var programme = assembler.From(start);
        return programme.Length <= BpfCode.MaximumLength
            ? new SeccompFilter { Architecture = architecture, Rules = rules, Programme = programme }
            : throw new ArgumentException($"the filter would have {programme.Length} instructions; the kernel takes {BpfCode.MaximumLength}", nameof(rules));
    }

    /// <summary>What the kernel is to do, in its own number (SECCOMP_RET_*).</summary>
    public static uint ReturnOf(FilterAction action) => action.Kind switch
    {
        FilterActionKind.Allow => BpfCode.ReturnAllow,
        FilterActionKind.Errno => BpfCode.ReturnErrno | action.ErrorNumber,
        FilterActionKind.Notify => BpfCode.ReturnNotify,
        _ => BpfCode.ReturnKillProcess,
    };

    private static void Check(FilterRule rule)
    {
        if (SyscallTable.X64.NumberOf(rule.Syscall) is null && SyscallTable.Arm64.NumberOf(rule.Syscall) is null)
            throw new ArgumentException($"no architecture has a system call {rule.Syscall}");
        foreach (var check in rule.Checks)
        {
            var width = check.Wide ? ulong.MaxValue : uint.MaxValue;
            if (check.Index is < 0 or > 5 || (check.Mask & ~width) != 0 || (check.Value & ~check.Mask) != 0 || check.Mask == 0)
                throw new ArgumentException($"a condition on argument {check.Index} of {rule.Syscall} can never differ: its value has bits outside of its mask, or the mask outside of the argument");
        }
        if (rule.Action is { Kind: FilterActionKind.Errno, ErrorNumber: 0 or > 4095 })
            throw new ArgumentException($"the error of {rule.Syscall} must be 1 to 4095");
    }

    private static int Search(BpfAssembler assembler, List<(uint First, int Place)> runs, int from, int to)
    {
        if (to - from == 1)
            return runs[from].Place;
        var middle = (from + to) / 2;
        var above = Search(assembler, runs, middle, to);
        var below = Search(assembler, runs, from, middle);
        return assembler.Branch(BpfCode.JumpIfAtLeast, runs[middle].First, above, below);
    }

    private static int Call(BpfAssembler assembler, FilterRule[] rules)
    {
        var otherwise = assembler.Return(BpfCode.ReturnAllow);
        for (var i = rules.Length - 1; i >= 0; i--)
        {
            var place = assembler.Return(ReturnOf(rules[i].Action));
            foreach (var check in rules[i].Checks.Reverse())
                place = check.Test == ArgumentTest.Equal ? Compare(assembler, check, place, otherwise) : Compare(assembler, check, otherwise, place);
            otherwise = place;
        }
        return otherwise;
    }

    private static int Compare(BpfAssembler assembler, ArgumentCheck check, int equal, int different)
    {
        // Both architectures are little-endian: the low half comes first.
        var offset = BpfCode.ArgumentsOffset + 8 * (uint)check.Index;
        var place = Half(assembler, offset, (uint)check.Mask, (uint)check.Value, equal, different);
        return check.Wide ? Half(assembler, offset + 4, (uint)(check.Mask >> 32), (uint)(check.Value >> 32), place, different) : place;
    }

    private static int Half(BpfAssembler assembler, uint offset, uint mask, uint value, int equal, int different)
    {
        if (mask == 0)
            return equal;
        var place = assembler.Branch(BpfCode.JumpIfEqual, value, equal, different);
        if (mask != uint.MaxValue)
            place = assembler.Step(BpfCode.And, mask, place);
        return assembler.Step(BpfCode.LoadWord, offset, place);
    }
}
