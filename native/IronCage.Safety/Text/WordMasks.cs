using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>The words of a text of at most 64 bytes, a bit for each byte: what <see cref="ContextWords.Split"/> finds, and sixteen bytes at a time where all is ASCII.</summary>
/// <param name="Begins">The first bytes of the words.</param>
/// <param name="Lasts">The last bytes of the words; bits before the first word mean nothing.</param>
/// <param name="IsAscii">Whether the text has no byte beyond ASCII.</param>
internal readonly record struct WordMasks(ulong Begins, ulong Lasts, bool IsAscii)
{
    /// <summary>The longest text.</summary>
    public const int Longest = 64;

    /// <summary>One past the last byte of the word that begins at <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int End(int start) => start + BitOperations.TrailingZeroCount(Lasts >> start) + 1;

    /// <summary>Splits a text.</summary>
    /// <param name="text">The text; may begin inside a word.</param>
    /// <param name="isCut">Whether its first word is the rest of one and left out.</param>
    [SkipLocalsInit]
    public static WordMasks Read(scoped ReadOnlySpan<byte> text, bool isCut)
    {
        ReadOnlySpan<byte> whole = text;
        Span<byte> padded = stackalloc byte[Longest];
        if (text.Length < Longest)
        {
            padded[text.Length..].Clear();
            text.CopyTo(padded);
            whole = padded;
        }

        ulong letters = 0;
        ulong small = 0;
        ulong high = 0;
        ref byte first = ref MemoryMarshal.GetReference(whole);
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
            return ReadAny(text, isCut);
        ulong capitals = letters & ~small;
        ulong begins = (letters & ~(letters << 1)) | (capitals & (small << 1)) | (capitals & (capitals << 1) & (small >> 1) & (small >> 2));
        if (isCut)
        {
            int rest = BitOperations.TrailingZeroCount(~letters);
            begins = rest == Longest ? 0 : begins & (ulong.MaxValue << rest);
        }

        return new WordMasks(begins, letters & ~((letters >> 1) & ~(begins >> 1)), IsAscii: true);
    }

    [SkipLocalsInit]
    private static WordMasks ReadAny(ReadOnlySpan<byte> text, bool isCut)
    {
        Span<WordSpan> words = stackalloc WordSpan[Longest];
        ulong begins = 0;
        ulong lasts = 0;
        foreach (WordSpan word in words[..ContextWords.Split(text, isCut, words)])
        {
            begins |= 1UL << word.Start;
            lasts |= 1UL << (word.End - 1);
        }

        return new WordMasks(begins, lasts, IsAscii: false);
    }
}
