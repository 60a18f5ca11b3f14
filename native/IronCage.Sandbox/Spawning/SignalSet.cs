using System.Runtime.CompilerServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>glibc's <c>sigset_t</c>: 1024 bits, of which the kernel reads 64.</summary>
[InlineArray(16)]
internal struct SignalSet
{
    private ulong _bits;

    public static SignalSet Of(params ReadOnlySpan<int> signals)
    {
        var set = default(SignalSet);
        foreach (var signal in signals)
            set[0] |= 1UL << (signal - 1);
        return set;
    }

    /// <summary>Every signal whose action can be changed but glibc's own two (32 and 33).</summary>
    public static SignalSet All
    {
        get
        {
            var set = default(SignalSet);
            set[0] = ~(1UL << 31 | 1UL << 32 | 1UL << (Signals.Kill - 1) | 1UL << (Signals.Stop - 1));
            return set;
        }
    }
}
