using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text.Folding;

/// <summary>
/// Of 64 places, those at which something that folds may begin, by the byte there and its neighbours. Rough: letters of most scripts are passed over, what is left
/// is read.
/// </summary>
internal static class FoldMasks
{
    public const int Width = 64;

    // Classes of pairs of bytes, a bit for each: a pair may fold where both are of one class. Signs: \u \x \/ \\ (1), %0 %2-%7 %c-%f (2), a letter behind an
    // ampersand (4), &# (8), =2 =4 (16).
    private static readonly byte[] SignClass = ReadSigns();
    private static readonly byte[] BehindSignClass = ReadBehindSigns();

    // Bytes beyond ASCII are looked up by their low and their high four bits.
    // Leads: C2 and E3 before 80, 8D, A0, AD (1); D9, DB before digits (2); those before anything (4); E0 before odd bytes and BC (8); E1 and EA before 80 to AF (16);
    // E1 before B1 (32); E2 before 80-83, 88, 90-93, 98 (64); EF before B8 to BD (128).
    private static readonly Vector128<byte> LeadC = Vector128.Create((byte)0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0, 0);
    private static readonly Vector128<byte> LeadD = Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 4);
    private static readonly Vector128<byte> LeadE = Vector128.Create((byte)8, 16 | 32, 64, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 128);
    private static readonly Vector128<byte> LeadF = Vector128.Create((byte)4, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    private static readonly Vector128<byte> TrailByLow = Vector128.Create(
        (byte)(1 | 2 | 4 | 16 | 64), 2 | 4 | 8 | 16 | 32 | 64, 2 | 4 | 16 | 64, 2 | 4 | 8 | 16 | 64, 2 | 4 | 16, 2 | 4 | 8 | 16, 2 | 4 | 16, 2 | 4 | 8 | 16, 2 | 4 | 16 | 64 | 128,
        2 | 4 | 8 | 16 | 128, 4 | 16 | 128, 4 | 8 | 16 | 128, 4 | 8 | 16 | 128, 1 | 4 | 8 | 16 | 128, 4 | 16, 4 | 8 | 16);
    private static readonly Vector128<byte> TrailByHigh = Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1 | 4 | 16 | 64, 4 | 16 | 64, 1 | 2 | 4 | 8 | 16, 2 | 4 | 8 | 32 | 128, 0, 0, 0, 0);

    /// <summary>One byte before the places, and one behind them.</summary>
    public const int Around = Width + 2;

    /// <summary>Reads the places behind the first of <see cref="Around"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref byte before)
    {
        Vector128<byte> any = Vector128<byte>.Zero;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> here = Vector128.LoadUnsafe(ref before, (nuint)i + 1);
            any |= here | Is(here, '\\') | Is(here, '%') | Is(here, '&') | Is(here, '=');
        }

        return any.ExtractMostSignificantBits() == 0 ? 0 : ReadClosely(ref before);
    }

    /// <summary>Reads fewer than 64 places; <paramref name="before"/> stands before them. Where the next byte is not known, the last place may be one.</summary>
    public static ulong ReadTail(byte before, ReadOnlySpan<byte> tail)
    {
        Span<byte> padded = stackalloc byte[Around];
        padded.Clear();
        padded[0] = before;
        int length = Math.Min(tail.Length, Around - 1);
        tail[..length].CopyTo(padded[1..]);
        ulong places = Read(ref MemoryMarshal.GetReference(padded));
        if (length <= Width && (tail[length - 1] >= 0xC2 || tail[length - 1] is (byte)'\\' or (byte)'%' or (byte)'&' or (byte)'='))
            places |= 1UL << (length - 1);
        return places;
    }

    private static ulong ReadClosely(ref byte before)
    {
        ulong places = 0;
        ulong signs = 0;
        ulong high = 0;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> here = Vector128.LoadUnsafe(ref before, (nuint)i + 1);
            signs |= Bits(Is(here, '\\') | Is(here, '%') | Is(here, '&') | Is(here, '='), i);
            high |= Bits(here, i);
        }

        // Mostly one or two: line breaks in JSON.
        for (; signs != 0; signs &= signs - 1)
        {
            int at = BitOperations.TrailingZeroCount(signs);
            if ((SignClass[Unsafe.Add(ref before, at + 1)] & BehindSignClass[Unsafe.Add(ref before, at + 2)]) != 0)
                places |= 1UL << at;
        }

        if (high == 0)
            return places;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> last = Vector128.LoadUnsafe(ref before, (nuint)i);
            Vector128<byte> here = Vector128.LoadUnsafe(ref before, (nuint)i + 1);
            Vector128<byte> next = Vector128.LoadUnsafe(ref before, (nuint)i + 2);
            Vector128<byte> low = Low(here);
            Vector128<byte> row = here & Vector128.Create((byte)0xF0);
            Vector128<byte> lead = (Lookup(LeadC, low) & Is(row, 0xC0)) | (Lookup(LeadD, low) & Is(row, 0xD0)) | (Lookup(LeadE, low) & Is(row, 0xE0)) | (Lookup(LeadF, low) & Is(row, 0xF0));
            Vector128<byte> found = NotZero(lead & Lookup(TrailByLow, Low(next)) & Lookup(TrailByHigh, High(next)));

            // Of Cyrillic and Greek words only the first letter: the others are read with it.
            Vector128<byte> word = InRange(here, 0xCE, 0xD1) & Vector128.GreaterThanOrEqual(last.AsSByte(), Vector128<sbyte>.Zero).AsByte();
            places |= Bits(found | word, i);
        }

        return places;
    }

    private static byte[] ReadSigns()
    {
        var classes = new byte[256];
        (classes['\\'], classes['%'], classes['&'], classes['=']) = (1, 2, 4 | 8, 16);
        return classes;
    }

    private static byte[] ReadBehindSigns()
    {
        var classes = new byte[256];
        for (int b = 0; b < classes.Length; b++)
        {
            int digit = ByteClass.IsHex((byte)b) ? ByteClass.HexValue((byte)b) : -1;
            classes[b] = (byte)(((b | 0x20) is 'u' or 'x' || b is '/' or '\\' ? 1 : 0) | (digit is 0 or (>= 2 and <= 7) or >= 12 ? 2 : 0) | (ByteClass.IsLetter((byte)b) ? 4 : 0) | (b == '#' ? 8 : 0)
                | (b is '2' or '4' ? 16 : 0));
        }

        return classes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Is(Vector128<byte> bytes, int value) => Vector128.Equals(bytes, Vector128.Create((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NotZero(Vector128<byte> bytes) => ~Vector128.Equals(bytes, Vector128<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> index) => Vector128.ShuffleNative(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)0x0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> High(Vector128<byte> bytes) => Vector128.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & Vector128.Create((byte)0x0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InRange(Vector128<byte> bytes, int first, int last)
    {
        Vector128<byte> distance = bytes - Vector128.Create((byte)first);
        return Vector128.Equals(Vector128.Min(distance, Vector128.Create((byte)(last - first))), distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> vector, int at) => (ulong)vector.ExtractMostSignificantBits() << at;
}
