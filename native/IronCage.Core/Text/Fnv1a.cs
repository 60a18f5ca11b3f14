using System.Runtime.CompilerServices;

namespace IronCage.Core.Text;

/// <summary>The 64-bit hash of Fowler, Noll and Vo, in its second form: for keys inside a process, of what nobody chooses to collide.</summary>
public static class Fnv1a
{
    /// <summary>Where a hash begins.</summary>
    public const ulong Seed = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    /// <summary>The hash with more bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            hash = (hash ^ b) * Prime;
        return hash;
    }

    /// <summary>The hash with a number, in one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong hash, ulong number) => (hash ^ number) * Prime;
}
