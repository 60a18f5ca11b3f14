using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>What <see cref="ContextWords.Split"/> does, for a short text that is ASCII all through: sixteen bytes at a time.</summary>
internal static class AsciiWords
{
    /// <summary>The longest text, one bit for each byte.</summary>
    public const int Longest = 64;

    /// <summary>Splits a text of at most <see cref="Longest"/> bytes.</summary>
    /// <param name="text">The text; may begin inside a word.</param>
    /// <param name="isCut">Whether its first word is the rest of one and left out.</param>
    /// <param name="words">Receives the words.</param>
    /// <returns>How many there are; -1 where the text is not all ASCII.</returns>
    [SkipLocalsInit]
    public static int Split(scoped ReadOnlySpan<byte> text, bool isCut, Span<WordSpan> words)
    {
        Span<byte> padded = stackalloc byte[Longest];
        if (text.Length < Longest)
        {
            padded[text.Length..].Clear();
            text.CopyTo(padded);
            text = padded;
        }

        ulong letters = 0;
        ulong small = 0;
        ulong high = 0;
        ref byte first = ref MemoryMarshal.GetReference(text);
        for (int i = 0; i < Longest; i += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)i);
            Vector128<byte> distance = (bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
            ulong letter = Vector128.Equals(Vector128.Min(distance, Vector128.Create((byte)25)), distance).ExtractMostSignificantBits();
            letters |= letter << i;
            small |= (letter & Vector128.ShiftLeft(bytes, 2).ExtractMostSignificantBits()) << i;
            high |= bytes.ExtractMostSignificantBits();
        }

        if (high != 0)
            return -1;
        ulong capitals = letters & ~small;
        ulong begins = (letters & ~(letters << 1)) | (capitals & (small << 1)) | (capitals & (capitals << 1) & (small >> 1) & (small >> 2));
        if (isCut)
        {
            int rest = BitOperations.TrailingZeroCount(~letters);
            begins = rest == Longest ? 0 : begins & (ulong.MaxValue << rest);
        }

        int count = 0;
        while (begins != 0)
        {
            int start = BitOperations.TrailingZeroCount(begins);
            begins &= begins - 1;
            int run = start + BitOperations.TrailingZeroCount(~(letters >> start));
            int end = Math.Min(run, BitOperations.TrailingZeroCount(begins));
            words[count++] = new WordSpan(start, end, end - start > 2 && (text[end - 1] | 0x20) == 's');
        }

        return count;
    }
}
