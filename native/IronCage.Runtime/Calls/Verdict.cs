namespace IronCage.Runtime.Calls;

/// <summary>The answer to a step of a call.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Body">The new bytes of a rewrite, or the refusal.</param>
public readonly record struct Verdict(VerdictKind Kind, ReadOnlyMemory<byte> Body = default)
{
    public static readonly Verdict Pass = new(VerdictKind.Pass);
    public static readonly Verdict Send = new(VerdictKind.Send);
    public static readonly Verdict Pending = new(VerdictKind.Pending);
}
