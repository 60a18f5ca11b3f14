using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Cost;

/// <summary>
/// The tokens of a public tokenizer, by their bytes and by the two tokens they are merged from. Never changes once it is made. A token is known by its rank: lower ones are
/// merged first, and the 256 lowest are the single bytes.
/// </summary>
/// <remarks>
/// Tokens of up to 7 bytes (two thirds) are found by one 8-byte key, those of up to 15 by two, in open-addressed tables about half full; the top byte of a key marks where
/// the token ends, so a key is never 0. Longer ones are few. What is asked most and found least is asked of small tables first, which stay in the processor's cache: which
/// lengths are worth a look for tokens that begin with the same 3, 5, 8 or 16 bytes, and whether two tokens can be a merge at all.
/// </remarks>
internal sealed unsafe partial class Vocabulary
{
    /// <summary>Not a token.</summary>
    public const uint None = uint.MaxValue;

    private const int Bytes = 256;
    private const int LongestShort = 7;
    private const int LongestMedium = 15;
    private const int RankBits = 18;
    private const ulong Mixer = 0x9E37_79B9_7F4A_7C15;
    private const int Starts3Bits = 17;
    private const int Starts5Bits = 17;
    private const int Starts8Bits = 17;
    private const int Starts16Bits = 17;
    private const uint LongerStarts = 1u << 31;
    private const uint Starts16 = uint.MaxValue << 16 - LongestShort - 1;
    private const int LongestStart = 38;
    private const int MergeFilterBits = 21;
    private const byte LongerStart3 = 1 << 2;
    private const byte LongerStart5 = 1 << 5;

    private readonly uint[] ofByte = new uint[Bytes];
    private readonly uint[] ofTwoBytes = new uint[Bytes * Bytes];
    private readonly byte[] lengths;
    private readonly (uint Left, uint Right)[] parts;
    private readonly ulong[] merges;
    private readonly int mergeShift;
    private readonly ulong[] mergeFilter = new ulong[1 << MergeFilterBits - 6];
    private readonly ulong[] shortKeys;
    private readonly uint[] shortRanks;
    private readonly int shortShift;
    private readonly (ulong High, ulong Low)[] mediumKeys;
    private readonly uint[] mediumRanks;
    private readonly int mediumShift;
    private readonly LongToken[] longTokens;
    private readonly int longShift;
    private readonly byte[] longBytes;
    private readonly byte[] longLengths;
    private readonly byte[] starts3 = new byte[1 << Starts3Bits];
    private readonly byte[] starts5 = new byte[1 << Starts5Bits];
    private readonly uint[] starts8 = new uint[1 << Starts8Bits];
    private readonly ulong[] starts16 = new ulong[1 << Starts16Bits - 6];

    private readonly record struct LongToken(uint Hash, uint Rank, int Start, int Length);

    /// <summary>How many tokens there are.</summary>
    public int Count => lengths.Length;

    /// <summary>The bytes of a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LengthOf(uint token) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(lengths), token);

    /// <summary>Writes the bytes of a token.</summary>
    public void Write(uint token, IBufferWriter<byte> text)
    {
        if (token < Bytes)
        {
            text.Write([(byte)Array.IndexOf(ofByte, token)]);
            return;
        }
        Write(parts[token].Left, text);
        Write(parts[token].Right, text);
    }

    /// <summary>Whether these bytes are a token. <paramref name="lastWord"/>: 8 bytes before the end of the text that they are in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(byte* text, int length, byte* lastWord)
    {
        if (length <= LongestShort)
            return ShortSlot(Low(Word(text, length, lastWord), length)) >= 0;
        return length <= LongestMedium ? MediumSlot(text, length) >= 0 : FindLong(text, length) != None;
    }

    /// <summary>The longest token that the text begins with and that has less than <paramref name="below"/> bytes; there always is one for below ≥ 2.</summary>
    public uint FindLongest(byte* text, int length, int below, byte* lastWord)
    {
        var most = Math.Min(length, below - 1);
        if (most >= 3)
        {
            var word = Word(text, most, lastWord);
            // Bit n: a token of 3 + n bytes; of 3 and 4 by the first 3, of 5 to 7 by the first 5.
            uint worth = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(starts3), Start3(word));
            if (most >= 5 && (worth & LongerStart3) != 0)
            {
                worth = worth & 3 | (uint)Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(starts5), Start5(word));
                if (most > LongestShort && (worth & LongerStart5) != 0)
                {
                    var found = FindLonger(text, word, most);
                    if (found != None)
                        return found;
                }
            }
            worth &= (1u << Math.Min(most, LongestShort) - 2) - 1;
            while (worth != 0)
            {
                var bit = BitOperations.Log2(worth);
                var slot = ShortSlot(Low(word, bit + 3));
                if (slot >= 0)
                    return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(shortRanks), slot);
                worth ^= 1u << bit;
            }
        }
        if (most >= 2)
        {
            var found = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ofTwoBytes), text[0] << 8 | text[1]);
            if (found != 0)
                return found;
        }
        return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ofByte), *text);
    }

    /// <summary>
    /// Whether two tokens can stand side by side in what merging leaves: whether it leaves just them of their bytes. It goes back in time from both: at each moment one part
    /// of the left token touches one of the right, and had those two been merged into a token before each went into its own, the line between them would be gone.
    /// </summary>
    public bool CanMeet(uint left, uint right)
    {
        uint leftUntil = None, rightUntil = None;
        while (true)
        {
            // Of equal merges the leftmost is first: before the right part's own, after the left part's own.
            var merged = Merged(left, right);
            if (merged < leftUntil && merged <= rightUntil)
                return false;
            if (left > right)
            {
                leftUntil = left;
                left = PartsOf(left).Right;
            }
            else if (right >= Bytes)
            {
                rightUntil = right;
                right = PartsOf(right).Left;
            }
            else
            {
                return true;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly (uint Left, uint Right) PartsOf(uint token) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(parts), token);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Merged(uint left, uint right)
    {
        var key = (ulong)left << RankBits | right;
        var hash = key * Mixer;
        if ((Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(mergeFilter), (nint)(hash >> 64 - MergeFilterBits + 6)) >> (int)(hash >> 64 - MergeFilterBits) & 1) == 0)
            return None;
        ref var table = ref MemoryMarshal.GetArrayDataReference(merges);
        var mask = merges.Length - 1;
        for (var slot = (int)(hash >> mergeShift); ; slot = slot + 1 & mask)
        {
            var entry = Unsafe.Add(ref table, slot);
            if (entry >> RankBits == key)
                return entry == 0 ? None : (uint)entry & (1u << RankBits) - 1;
            if (entry == 0)
                return None;
        }
    }

    /// <summary>The first 8 bytes of a text, or what it has of them; whatever follows its <paramref name="length"/> is noise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(byte* text, int length, byte* lastWord) => text <= lastWord ? LoadWord(text) : WordAtEnd(text, length);

    private static ulong WordAtEnd(byte* text, int length)
    {
        var word = 0ul;
        for (var i = Math.Min(length, 8) - 1; i >= 0; i--)
            word = word << 8 | text[i];
        return word;
    }

    private static ulong LoadWord(byte* at) => BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(at, 8));

    /// <summary>The key of up to 7 bytes.</summary>
    private static ulong Low(ulong word, int length) => word & (1ul << 8 * length) - 1 | 1ul << 8 * length;

    /// <summary>The second key of 8 to 15 bytes, of the last 8 of them.</summary>
    private static ulong High(ulong lastWord, int length) => lastWord >> 1 >> 127 - 8 * length | 1ul << 8 * length - 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ShortSlot(ulong key)
    {
        ref var keys = ref MemoryMarshal.GetArrayDataReference(shortKeys);
        var mask = shortKeys.Length - 1;
        for (var slot = (int)(key * Mixer >> shortShift); ; slot = slot + 1 & mask)
        {
            var entry = Unsafe.Add(ref keys, slot);
            if (entry == key)
                return slot;
            if (entry == 0)
                return -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int MediumSlot(byte* text, int length)
    {
        ulong low = LoadWord(text), high = High(LoadWord(text + length - 8), length);
        ref var keys = ref MemoryMarshal.GetArrayDataReference(mediumKeys);
        var mask = mediumKeys.Length - 1;
        for (var slot = (int)(MixMedium(high, low) >> mediumShift); ; slot = slot + 1 & mask)
        {
            ref var entry = ref Unsafe.Add(ref keys, slot);
            if (entry.High == high && entry.Low == low)
                return slot;
            if (entry.High == 0)
                return -1;
        }
    }

    private uint FindLong(byte* text, int length)
    {
        var hash = HashLong(LoadWord(text), LoadWord(text + 8), LoadWord(text + length - 8), length);
        var mask = longTokens.Length - 1;
        for (var slot = (int)(hash >> longShift); ; slot = slot + 1 & mask)
        {
            var entry = longTokens[slot];
            if (entry.Length == 0)
                return None;
            if (entry.Hash == hash && entry.Length == length && new ReadOnlySpan<byte>(text, length).SequenceEqual(longBytes.AsSpan(entry.Start, length)))
                return entry.Rank;
        }
    }

    /// <summary>As <see cref="FindLongest"/>, of the tokens of 8 bytes and more.</summary>
    private uint FindLonger(byte* text, ulong word, int most)
    {
        var worth = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(starts8), Start8(word));
        if ((worth & Starts16) != 0 && (most < 16 || !HasStart16(word, LoadWord(text + 8))))
            worth &= ~Starts16;
        if ((worth & LongerStarts) != 0)
        {
            foreach (var length in longLengths)
            {
                if (length > most)
                    continue;
                var found = FindLong(text, length);
                if (found != None)
                    return found;
            }
            worth ^= LongerStarts;
        }
        if (most < LongestStart)
            worth &= (1u << most - LongestShort) - 1;
        while (worth != 0)
        {
            var bit = BitOperations.Log2(worth);
            if (bit + 8 <= LongestMedium)
            {
                var slot = MediumSlot(text, bit + 8);
                if (slot >= 0)
                    return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(mediumRanks), slot);
            }
            else
            {
                var found = FindLong(text, bit + 8);
                if (found != None)
                    return found;
            }
            worth ^= 1u << bit;
        }
        return None;
    }

    private bool HasStart16(ulong low, ulong high)
    {
        var hash = MixMedium(high, low);
        return (starts16[hash >> 64 - Starts16Bits + 6] >> (int)(hash >> 64 - Starts16Bits) & 1) != 0;
    }

    private static ulong MixMedium(ulong high, ulong low) => (BitOperations.RotateLeft(low * Mixer, 32) ^ high) * Mixer;

    private static uint HashLong(ulong first, ulong second, ulong last, int length) =>
        (uint)((((first * Mixer ^ second) * Mixer ^ last) * Mixer + (ulong)length) * Mixer >> 32);

    private static nint Start3(ulong word) => (nint)((word & 0xFF_FFFF) * Mixer >> 64 - Starts3Bits);

    private static nint Start5(ulong word) => (nint)((word & 0xFF_FFFF_FFFF) * Mixer >> 64 - Starts5Bits);

    private static nint Start8(ulong word) => (nint)(word * Mixer >> 64 - Starts8Bits);
}
