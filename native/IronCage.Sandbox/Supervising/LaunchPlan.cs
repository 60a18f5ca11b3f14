using System.Collections.Frozen;
using System.Runtime.InteropServices;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Supervising.Learning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// A compiled policy made ready for the kernel: the filter in native memory. Where a call would merely fail, the supervisor is asked instead and lets it fail itself, so that it can tell what was
/// refused; without a supervisor such a call fails all the same (ENOSYS).
/// </summary>
internal sealed unsafe class LaunchPlan
{
    // BPF_RET | BPF_K; SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF: linux/bpf_common.h, linux/seccomp.h
    private const ushort Return = 0x06;
    private const uint ActionMask = 0xFFFF0000, ReturnErrno = 0x00050000, ReturnNotify = 0x7FC00000;

    private readonly FrozenDictionary<int, FilterRule[]> _rules;

    /// <param name="compiled">The policy.</param>
    /// <param name="filter">Another filter than the policy's.</param>
    public LaunchPlan(CompiledPolicy compiled, SeccompFilter? filter = null)
    {
        Compiled = compiled;
        filter ??= compiled.Filter;
        var programme = filter is null ? [] : filter.Programme.ToArray();
        for (var i = 0; i < programme.Length; i++)
        {
            var instruction = programme[i];
            if (instruction.Code == Return && (instruction.K & ActionMask) == ReturnErrno && (instruction.K & ~ActionMask) is Errors.NotPermitted or Errors.AccessDenied)
                programme[i] = instruction with { K = ReturnNotify };
        }
        Length = programme.Length;
        Programme = NativeMemory.Alloc((nuint)(Math.Max(1, Length) * sizeof(BpfInstruction)));
        programme.CopyTo(new Span<BpfInstruction>(Programme, Length));
        _rules = filter is null
            ? FrozenDictionary<int, FilterRule[]>.Empty
            : filter.Rules.GroupBy(rule => SyscallTable.Of(filter.Architecture).NumberOf(rule.Syscall) ?? -1).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    ~LaunchPlan() => NativeMemory.Free(Programme);

    public CompiledPolicy Compiled { get; }

    /// <summary>The same without its walls, for watching.</summary>
    public LaunchPlan Watching() => new(Compiled, Compiled.Filter is { } filter ? LearningFilter.For(filter.Architecture) : null);

    /// <summary>The filter, a <c>sock_filter</c> array that lives as long as this.</summary>
    public void* Programme { get; }

    /// <summary>Its instructions.</summary>
    public int Length { get; }

    /// <summary>The rule that decides a call; null: none does, and it is allowed.</summary>
    public FilterRule? RuleOf(in SystemCallData call)
    {
        if (!_rules.TryGetValue(call.Number, out var rules))
            return null;
        foreach (var rule in rules)
        {
            var matches = true;
            foreach (var check in rule.Checks)
                matches &= check.Matches(call.Arguments[check.Index]);
            if (matches)
                return rule;
        }
        return null;
    }
}
