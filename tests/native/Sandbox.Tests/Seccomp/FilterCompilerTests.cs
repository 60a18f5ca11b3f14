using System.Collections.Immutable;
using CsCheck;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Tests.Seccomp;

public sealed class FilterCompilerTests
{
    private static readonly string[] Names = [.. SyscallTable.X64.Names.Union(SyscallTable.Arm64.Names).Order(StringComparer.Ordinal)];

    private static readonly Gen<ulong> Argument = Gen.OneOf(Gen.ULong, Gen.Const(0UL), Gen.Const(ulong.MaxValue), Gen.ULong[0, 20], Gen.Int[0, 63].Select(bit => 1UL << bit));

    private static readonly Gen<ArgumentCheck> Check =
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Bool, Gen.OneOf(Gen.Const(ulong.MaxValue), Argument), Argument, (index, wide, equal, mask, value) =>
        {
            mask &= wide ? ulong.MaxValue : uint.MaxValue;
            mask = mask == 0 ? 1 : mask;
            return new ArgumentCheck(index, wide, equal ? ArgumentTest.Equal : ArgumentTest.NotEqual, mask, value & mask);
        });

    private static readonly Gen<FilterAction> Action = Gen.OneOf(
        Gen.Const(FilterAction.Allow), Gen.Const(FilterAction.Kill), Gen.Int[1, 4095].Select(number => FilterAction.Error((ushort)number)),
        Gen.Const(FilterAction.Notify(NotifyPurpose.TreeProcess)));

    private static readonly Gen<ImmutableArray<FilterRule>> Rules =
        Gen.Select(Gen.Int[0, Names.Length - 1], Check.Array[0, 3], Action, (name, checks, action) => new FilterRule(Names[name], [.. checks], action, "why", null))
            .Array[0, 250].Select(rules => rules.ToImmutableArray());

    private static readonly Gen<CpuArchitecture> Architecture = Gen.Bool.Select(arm => arm ? CpuArchitecture.Arm64 : CpuArchitecture.X64);

    [Test]
    public void A_programme_decides_as_its_rules_do_and_the_kernel_would_take_it()
    {
        var calls = Gen.Select(Gen.Int[0, 600], Argument.Array[6]).Array[200];
        Gen.Select(Architecture, Rules, calls).Sample((architecture, rules, made) =>
        {
            var filter = FilterCompiler.Compile(architecture, rules);
            if (BpfMachine.Refusal(filter.Programme) is { } problem)
                throw new InvalidOperationException(problem);
            foreach (var (number, arguments) in made.Concat(Aimed(filter, made)))
            {
                var expected = FilterCompiler.ReturnOf(filter.Decide((uint)architecture, (uint)number, arguments));
                var actual = BpfMachine.Run(filter.Programme, (uint)architecture, (uint)number, arguments);
                if (actual != expected)
                    throw new InvalidOperationException($"call {number} of {architecture} with {string.Join(", ", arguments)}: {actual:x} instead of {expected:x}");
            }
        }, iter: 150);
    }

    [Test]
    public void Conditions_are_met_as_often_as_missed_in_the_property_above()
    {
        var hit = 0;
        var missed = 0;
        Gen.Select(Rules, Argument.Array[6].Array[50]).Sample((rules, arguments) =>
        {
            var filter = FilterCompiler.Compile(CpuArchitecture.X64, rules);
            foreach (var (number, made) in Aimed(filter, [.. arguments.Select(value => (0, value))]))
            {
                if (filter.RuleFor(SyscallTable.X64.NameOf(number)!, made) is null)
                    missed++;
                else
                    hit++;
            }
        }, iter: 20, threads: 1);
        Assert.That(hit, Is.GreaterThan(100));
        Assert.That(missed, Is.GreaterThan(100));
    }

    [Test]
    public void Conditional_jumps_reach_over_more_than_255_instructions()
    {
        // Each rule has a value and an error of its own, so nothing can be shared.
        ImmutableArray<FilterRule> rules =
            [.. Enumerable.Range(1, 900).Select(i => new FilterRule("ioctl", [ArgumentCheck.Is(1, (uint)i)], FilterAction.Error((ushort)i), "why", null))];
        var filter = FilterCompiler.Compile(CpuArchitecture.X64, rules);
        Assert.That(BpfMachine.Refusal(filter.Programme), Is.Null);
        foreach (var value in new uint[] { 1, 2, 255, 256, 300, 899, 900 })
            Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 16, [0, value, 0, 0, 0, 0]), Is.EqualTo(0x0005_0000 | value));
        Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 16, [0, 901, 0, 0, 0, 0]), Is.EqualTo(0x7FFF_0000));
    }

    [Test]
    public void A_programme_that_the_kernel_would_not_take_is_refused()
    {
        ImmutableArray<FilterRule> rules =
            [.. Enumerable.Range(1, 3000).Select(i => new FilterRule("ioctl", [ArgumentCheck.Is(1, (uint)i)], FilterAction.Error((ushort)(i % 4000 + 1)), "why", null))];
        var error = Assert.Throws<ArgumentException>(() => FilterCompiler.Compile(CpuArchitecture.X64, rules));
        Assert.That(error.Message, Does.Contain("4096"));
    }

    [Test]
    public void A_bit_above_an_int_hides_nothing_and_a_bit_of_a_pointer_counts()
    {
        var filter = FilterCompiler.Compile(CpuArchitecture.X64,
        [
            new FilterRule("socket", [ArgumentCheck.Is(0, 2)], FilterAction.Error(13), "why", null),
            new FilterRule("sendto", [ArgumentCheck.NotNull(4)], FilterAction.Error(13), "why", null),
        ]);
        Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 41, [0xFFFF_FFFF_0000_0002, 0, 0, 0, 0, 0]), Is.EqualTo(0x0005_000D));
        Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 44, [0, 0, 0, 0, 1UL << 32, 0]), Is.EqualTo(0x0005_000D));
        Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 44, [0, 0, 0, 0, 0, 0]), Is.EqualTo(0x7FFF_0000));
    }

    [TestCase("no_such_call", 0, 0xFFul, 0ul, 1)]
    [TestCase("socket", 6, 0xFFul, 0ul, 1)]
    [TestCase("socket", 0, 0xFFul, 0x100ul, 1)]
    [TestCase("socket", 0, 0ul, 0ul, 1)]
    [TestCase("socket", 0, 0x1_0000_0000ul, 0ul, 1)]
    [TestCase("socket", 0, 0xFFul, 1ul, 0)]
    [TestCase("socket", 0, 0xFFul, 1ul, 4096)]
    public void A_rule_that_can_never_be_right_is_refused(string call, int index, ulong mask, ulong value, int error)
    {
        var rule = new FilterRule(call, [new ArgumentCheck(index, false, ArgumentTest.Equal, mask, value)], FilterAction.Error((ushort)error), "why", null);
        Assert.Throws<ArgumentException>(() => FilterCompiler.Compile(CpuArchitecture.X64, [rule]));
    }

    /// <summary>Calls that have rules, with arguments that meet some of their conditions.</summary>
    private static IEnumerable<(int, ulong[])> Aimed(SeccompFilter filter, (int, ulong[] Arguments)[] made)
    {
        var i = 0;
        foreach (var rule in filter.Rules)
        {
            if (SyscallTable.Of(filter.Architecture).NumberOf(rule.Syscall) is not { } number || made.Length == 0)
                continue;
            var arguments = (ulong[])made[i++ % made.Length].Arguments.Clone();
            foreach (var check in rule.Checks.Take(i % (rule.Checks.Length + 1)))
                arguments[check.Index] = (arguments[check.Index] & ~check.Mask) | check.Value;
            yield return (number, arguments);
        }
    }
}
