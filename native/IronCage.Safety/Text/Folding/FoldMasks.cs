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
        ulong high = 0;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> here = Vector128.LoadUnsafe(ref before, (nuint)i + 1);
            Vector128<byte> next = Vector128.LoadUnsafe(ref before, (nuint)i + 2);
            places |= Bits(Escapes(here, next), i);
            high |= Bits(here, i);
        }

        if (high == 0)
            return places;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> last = Vector128.LoadUnsafe(ref before, (nuint)i);
            Vector128<byte> here = Vector128.LoadUnsafe(ref before, (nuint)i + 1);
            Vector128<byte> next = Vector128.LoadUnsafe(ref before, (nuint)i + 2);
            places |= Bits(Letters(last, here, next), i);
        }

        return places;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Escapes(Vector128<byte> here, Vector128<byte> next)
    {
        Vector128<byte> letter = next | Vector128.Create((byte)0x20);
        return (Is(here, '\\') & (Is(next, 'u') | Is(next, 'x') | Is(next, '/') | Is(next, '\\')))
            | (Is(here, '%') & (InRange(next, '2', '7') | Is(next, '0') | InRange(letter, 'c', 'f')))
            | (Is(here, '&') & (Is(next, '#') | InRange(letter, 'a', 'z')))
            | (Is(here, '=') & (Is(next, '4') | Is(next, '2')));
    }

    /// <summary>Characters beyond ASCII. Of Cyrillic and Greek only first letters: the others of a word are read with those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Letters(Vector128<byte> last, Vector128<byte> here, Vector128<byte> next)
    {
        Vector128<byte> two = (Is(here, 0xC2) & (Is(next, 0xA0) | Is(next, 0xAD)))
            | InRange(here, 0xCC, 0xCD)
            | (InRange(here, 0xCE, 0xD1) & InRange(last, 0, 0x7F))
            | (Is(here, 0xD8) & Is(next, 0x9C)) | (Is(here, 0xD9) & InRange(next, 0xA0, 0xA9)) | (Is(here, 0xDB) & InRange(next, 0xB0, 0xB9)) | Is(here, 0xDF);
        Vector128<byte> odd = Vector128.Equals(next & Vector128.Create((byte)1), Vector128.Create((byte)1));
        Vector128<byte> three = (Is(here, 0xE0) & (odd | Is(next, 0xBC)))
            | (Is(here, 0xE1) & InRange(next, 0x80, 0xB9))
            | (Is(here, 0xE2) & (InRange(next, 0x80, 0x83) | Is(next, 0x88) | InRange(next, 0x92, 0x93)))
            | (Is(here, 0xE3) & Is(next, 0x80))
            | (Is(here, 0xEA) & InRange(next, 0x80, 0xAF))
            | (Is(here, 0xEF) & InRange(next, 0xB8, 0xBD));
        return two | three | Is(here, 0xF0) | Is(here, 0xF3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Is(Vector128<byte> bytes, int value) => Vector128.Equals(bytes, Vector128.Create((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InRange(Vector128<byte> bytes, int first, int last)
    {
        Vector128<byte> distance = bytes - Vector128.Create((byte)first);
        return Vector128.Equals(Vector128.Min(distance, Vector128.Create((byte)(last - first))), distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> vector, int at) => (ulong)vector.ExtractMostSignificantBits() << at;
}
