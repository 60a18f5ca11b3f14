using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>Of which context sets a word was seen.</summary>
internal struct ContextBits
{
    public const int Most = 512;

    private Words words;

    public readonly bool Has(ContextSet set) => (words[set.Id >> 6] >> (set.Id & 63) & 1) != 0;

    public void Add(ContextSet set) => words[set.Id >> 6] |= 1UL << (set.Id & 63);

    public void Add(in ContextBits other)
    {
        for (int i = 0; i < Most / 64; i++)
            words[i] |= other.words[i];
    }

    public readonly bool Intersects(in ContextBits other)
    {
        ReadOnlySpan<ulong> own = words;
        ReadOnlySpan<ulong> others = other.words;
        Vector128<ulong> shared = default;
        for (int i = 0; i < Most / 64; i += Vector128<ulong>.Count)
            shared |= Vector128.LoadUnsafe(in own[0], (nuint)i) & Vector128.LoadUnsafe(in others[0], (nuint)i);
        return shared != default;
    }

    [System.Runtime.CompilerServices.InlineArray(Most / 64)]
    private struct Words
    {
        private ulong first;
    }
}
