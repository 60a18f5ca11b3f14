using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Triggers;

/// <summary>The classes of 64 bytes, a bit for each.</summary>
internal struct ByteMasks
{
    public const int Width = 64;

    public ulong Digit;
    public ulong Upper;
    public ulong Letter;
    public ulong Hex;
    public ulong High;
    public ulong At;
    public ulong Colon;
    public ulong Equal;
    public ulong Dot;
    public ulong Hyphen;
    public ulong Slash;
    public ulong Joiner;
    public ulong Underscore;
    public ulong Open;

    /// <summary>Reads 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteMasks Read(ref byte first)
    {
        ByteMasks masks = default;
        for (int i = 0; i < Width; i += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)i);
            Vector128<byte> folded = bytes | Vector128.Create((byte)0x20);
            Vector128<byte> letter = InRange(folded, (byte)'a', 25);
            Vector128<byte> digit = InRange(bytes, (byte)'0', 9);
            Vector128<byte> hyphen = Is(bytes, '-');
            Vector128<byte> slash = Is(bytes, '/');
            Vector128<byte> equal = Is(bytes, '=');
            masks.Digit |= Bits(digit, i);
            masks.Letter |= Bits(letter, i);
            masks.Upper |= Bits(Vector128.AndNot(letter, Vector128.Equals(bytes & Vector128.Create((byte)0x20), Vector128.Create((byte)0x20))), i);
            masks.Hex |= Bits(digit | InRange(folded, (byte)'a', 5), i);
            masks.High |= Bits(bytes, i);
            masks.At |= Bits(Is(bytes, '@'), i);
            masks.Colon |= Bits(Is(bytes, ':'), i);
            masks.Equal |= Bits(equal, i);
            masks.Dot |= Bits(Is(bytes, '.'), i);
            masks.Hyphen |= Bits(hyphen, i);
            masks.Slash |= Bits(slash, i);
            Vector128<byte> underscore = Is(bytes, '_');
            masks.Underscore |= Bits(underscore, i);
            masks.Joiner |= Bits(hyphen | slash | equal | underscore | Is(bytes, '+'), i);
            masks.Open |= Bits(Is(bytes, '(') | Is(bytes, '[') | Is(bytes, '{'), i);
        }

        return masks;
    }

    /// <summary>Reads fewer than 64 bytes; the rest are of no class, or of every class.</summary>
    public static ByteMasks ReadTail(ReadOnlySpan<byte> tail, bool wild)
    {
        Span<byte> padded = stackalloc byte[Width];
        padded.Clear();
        tail.CopyTo(padded);
        ByteMasks masks = Read(ref MemoryMarshal.GetReference(padded));
        if (wild)
            masks.Widen(tail.Length == 0 ? ulong.MaxValue : ~((1UL << tail.Length) - 1));
        return masks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Is(Vector128<byte> bytes, char value) => Vector128.Equals(bytes, Vector128.Create((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InRange(Vector128<byte> bytes, byte first, byte more)
    {
        Vector128<byte> distance = bytes - Vector128.Create(first);
        return Vector128.Equals(Vector128.Min(distance, Vector128.Create(more)), distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> vector, int at) => (ulong)vector.ExtractMostSignificantBits() << at;

    private void Widen(ulong rest)
    {
        Digit |= rest;
        Upper |= rest;
        Letter |= rest;
        Hex |= rest;
        High |= rest;
        At |= rest;
        Colon |= rest;
        Equal |= rest;
        Dot |= rest;
        Hyphen |= rest;
        Slash |= rest;
        Joiner |= rest;
        Underscore |= rest;
        Open |= rest;
    }
}
