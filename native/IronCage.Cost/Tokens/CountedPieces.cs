using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Cost;

/// <summary>
/// The last pieces of a text that were no tokens of their own, and what they counted: names and words of other languages come again and again. On the stack of one count,
/// so nothing of a text outlives it.
/// </summary>
internal readonly unsafe ref struct CountedPieces(Span<CountedPieces.Entry> entries)
{
    /// <summary>How many places there are: 16 KB.</summary>
    public const int Places = 512;

    /// <summary>The shortest text for which clearing the places pays.</summary>
    public const int LeastText = 4096;

    private const int Longest = 23;
    private const int Read = 24;

    private readonly Span<Entry> entries = entries;

    /// <summary>A piece of up to 23 bytes, its length in the last, and its tokens.</summary>
    public struct Entry
    {
        public ulong First, Second, Third;
        public int Tokens;
    }

    /// <summary>The tokens of a piece that is not one itself, remembered or counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(byte* piece, int length, byte* end, Vocabulary vocabulary)
    {
        if (length > Longest || entries.IsEmpty || end - piece < Read)
            return PieceMerger.Count(piece, length, end - 8, vocabulary);
        var first = Unsafe.ReadUnaligned<ulong>(piece) & Bytes(length);
        var second = Unsafe.ReadUnaligned<ulong>(piece + 8) & Bytes(length - 8);
        var third = Unsafe.ReadUnaligned<ulong>(piece + 16) & Bytes(length - 16) | (ulong)length << 56;
        var hash = (first * 0x9E37_79B9_7F4A_7C15 ^ second) * 0xD6E8_FEB8_6659_FD93 ^ third;
        ref var entry = ref Unsafe.Add(ref MemoryMarshal.GetReference(entries), (int)(hash * 0x9E37_79B9_7F4A_7C15 >> 55));
        if (entry.First != first || entry.Second != second || entry.Third != third)
            entry = new Entry { First = first, Second = second, Third = third, Tokens = PieceMerger.Count(piece, length, end - 8, vocabulary) };
        return entry.Tokens;
    }

    /// <summary>A word's mask of so many bytes of a little-endian text; none for 0 and less, all for 8 and more.</summary>
    private static ulong Bytes(int count) => count >= 8 ? ulong.MaxValue : count <= 0 ? 0 : (1ul << 8 * count) - 1;
}
