using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Safety.Text;

/// <summary>With which words of ASCII letters a context word or phrase can begin, by their first eight letters and their length: most words of a text are others, and are not hashed.</summary>
internal sealed class ContextHeads
{
    private const int Letters = sizeof(ulong);
    private const int TableBits = 17;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong SmallLetters = 0x2020202020202020;

    private readonly ulong[] heads = new ulong[1 << (TableBits - 6)];

    /// <summary>Enters a phrase, or the words with which one begins; also its plural.</summary>
    /// <param name="joined">The words without what joins them.</param>
    public void Add(ReadOnlySpan<byte> joined)
    {
        Enter(joined);
        Enter([.. joined, (byte)'s']);
    }

    /// <summary>Which words of ASCII letters a phrase can begin with.</summary>
    /// <param name="text">The text that the words stand in.</param>
    /// <param name="origin">Where in it their masks begin.</param>
    /// <param name="words">The words.</param>
    /// <returns>The first bytes of those words.</returns>
    public ulong Beginnings(ReadOnlySpan<byte> text, int origin, in WordMasks words)
    {
        ulong[] table = heads;
        ulong found = 0;
        ulong lasts = words.Lasts;
        for (ulong rest = words.Begins; rest != 0; rest &= rest - 1)
        {
            int first = BitOperations.TrailingZeroCount(rest);
            int length = BitOperations.TrailingZeroCount(lasts >> first) + 1;
            int place = Place(Head(text, origin + first, length), length);
            found |= (table[place >> 6] >> place & 1) << first;
        }

        return found;
    }

    private void Enter(ReadOnlySpan<byte> joined)
    {
        int place = Place(Head(joined, 0, joined.Length), joined.Length);
        heads[place >> 6] |= 1UL << place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong head, int length) => (int)(((head ^ (uint)length) * Multiplier) >> (64 - TableBits));

    /// <summary>The first eight letters as small ones, the first in the lowest byte; zeros behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(ReadOnlySpan<byte> text, int start, int length)
    {
        ulong head = (uint)start <= (uint)(text.Length - Letters) && text.Length >= Letters
            ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start))
            : AtEnd(text[start..]);
        return (head | SmallLetters) & (ulong.MaxValue >> (8 * (Letters - Math.Min(length, Letters))));
    }

    private static ulong AtEnd(ReadOnlySpan<byte> rest)
    {
        ulong head = 0;
        for (int i = rest.Length - 1; i >= 0; i--)
            head = (head << 8) | rest[i];
        return head;
    }
}
