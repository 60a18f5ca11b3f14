namespace IronCage.Sandbox.Seccomp;

/// <summary>
/// A condition on an argument. The kernel reads an int from the low half of a register and ignores the rest: such arguments must be compared as 32 bits, or a bit above
/// hides them from the filter.
/// </summary>
/// <param name="Index">Which argument, 0 to 5.</param>
/// <param name="Wide">Whether the kernel reads all 64 bits (long, pointers); false: the low 32.</param>
/// <param name="Test">How it is compared.</param>
/// <param name="Mask">The bits that count.</param>
/// <param name="Value">The value of those bits.</param>
public readonly record struct ArgumentCheck(int Index, bool Wide, ArgumentTest Test, ulong Mask, ulong Value)
{
    /// <summary>Whether an argument meets the condition.</summary>
    public bool Matches(ulong argument) => ((argument & Mask & (Wide ? ulong.MaxValue : uint.MaxValue)) == Value) == (Test == ArgumentTest.Equal);

    /// <summary>An int that is the value.</summary>
    public static ArgumentCheck Is(int index, uint value) => new(index, false, ArgumentTest.Equal, uint.MaxValue, value);

    /// <summary>An int that is not the value.</summary>
    public static ArgumentCheck IsNot(int index, uint value) => new(index, false, ArgumentTest.NotEqual, uint.MaxValue, value);

    /// <summary>An int with any bit of the mask.</summary>
    public static ArgumentCheck HasAny(int index, uint mask) => new(index, false, ArgumentTest.NotEqual, mask, 0);

    /// <summary>An int with no bit of the mask.</summary>
    public static ArgumentCheck HasNone(int index, uint mask) => new(index, false, ArgumentTest.Equal, mask, 0);

    /// <summary>A pointer that is not null.</summary>
    public static ArgumentCheck NotNull(int index) => new(index, true, ArgumentTest.NotEqual, ulong.MaxValue, 0);
}
