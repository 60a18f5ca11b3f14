using System.Runtime.CompilerServices;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Scanners that find what either of two finds, for runs inside runs; kept as long as both live, so that a run costs no scanner.</summary>
internal static class SharedScanners
{
    private static readonly ConditionalWeakTable<Scanner, ConditionalWeakTable<Scanner, Scanner>> Known = new();

    public static Scanner Of(Scanner one, Scanner other) => ReferenceEquals(one, other)
        ? one
        : Known.GetOrCreateValue(one).GetValue(other, second => new Scanner(one.Options.With(second.Options)));
}
