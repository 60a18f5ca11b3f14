using System.Buffers.Binary;
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
        if (origin + WordMasks.Longest + Letters <= text.Length)
            return Beginnings(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), origin), words);
        Span<byte> padded = stackalloc byte[WordMasks.Longest + Letters];
        padded.Clear();
        text[origin..].CopyTo(padded);
        return Beginnings(ref MemoryMarshal.GetReference(padded), words);
    }

    private ulong Beginnings(ref byte text, in WordMasks words)
    {
        ulong[] table = heads;
        ulong found = 0;
        ulong lasts = words.Lasts;
        for (ulong rest = words.Begins; rest != 0; rest &= rest - 1)
        {
            int first = BitOperations.TrailingZeroCount(rest);
            int length = BitOperations.TrailingZeroCount(lasts >> first) + 1;
            int place = Place(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, first)), length);
            if ((table[place >> 6] >> place & 1) != 0)
                found |= rest & (~rest + 1);
        }

        return found;
    }

    private void Enter(ReadOnlySpan<byte> joined)
    {
        Span<byte> padded = stackalloc byte[Letters];
        padded.Clear();
        joined[..Math.Min(joined.Length, Letters)].CopyTo(padded);
        int place = Place(BinaryPrimitives.ReadUInt64LittleEndian(padded), joined.Length);
        heads[place >> 6] |= 1UL << place;
    }

    /// <param name="head">Eight bytes from the first letter on, that in the lowest byte.</param>
    /// <param name="length">How many letters there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong head, int length)
    {
        int unused = 8 * Math.Max(Letters - length, 0);
        ulong letters = (head | SmallLetters) << unused;
        return (int)(((letters ^ (uint)length) * Multiplier) >> (64 - TableBits));
    }
}
