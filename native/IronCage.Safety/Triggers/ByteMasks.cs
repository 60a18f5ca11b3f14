using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Triggers;

/// <summary>The classes of 64 bytes, a bit for each. SSE2 and NEON suffice.</summary>
internal struct ByteMasks
{
    public const int Width = 64;

    /// <summary><c>0-9</c>.</summary>
    public ulong Digit;

    /// <summary><c>A-Z a-z</c>.</summary>
    public ulong Letter;

    /// <summary><c>A-Z</c>.</summary>
    public ulong Upper;

    /// <summary><c>_ - + / = : .</c>, which tokens hold beside letters and digits.</summary>
    public ulong Joiner;

    /// <summary><c>@ : = . - ( [ {</c>, which are triggers by themselves or with their neighbours.</summary>
    public ulong Sign;

    /// <summary>Reads 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(ref byte first, out ByteMasks masks)
    {
        Vector128<byte> a = Vector128.LoadUnsafe(ref first);
        Vector128<byte> b = Vector128.LoadUnsafe(ref first, 16);
        Vector128<byte> c = Vector128.LoadUnsafe(ref first, 32);
        Vector128<byte> d = Vector128.LoadUnsafe(ref first, 48);
        masks.Digit = Bits(Digits(a), Digits(b), Digits(c), Digits(d));
        masks.Letter = Bits(Letters(a), Letters(b), Letters(c), Letters(d));
        masks.Upper = masks.Letter & ~Bits(Smalls(a), Smalls(b), Smalls(c), Smalls(d));
        masks.Joiner = Bits(Joiners(a), Joiners(b), Joiners(c), Joiners(d));
        masks.Sign = Bits(Signs(a), Signs(b), Signs(c), Signs(d));
    }

    /// <summary>Reads fewer than 64 bytes; the rest are of no class, or of every class.</summary>
    public static void ReadTail(ReadOnlySpan<byte> tail, bool wild, out ByteMasks masks)
    {
        Span<byte> padded = stackalloc byte[Width];
        padded.Clear();
        tail.CopyTo(padded);
        Read(ref MemoryMarshal.GetReference(padded), out masks);
        if (!wild || tail.Length >= Width)
            return;
        ulong rest = ulong.MaxValue << tail.Length;
        masks.Digit |= rest;
        masks.Letter |= rest;
        masks.Upper |= rest;
        masks.Joiner |= rest;
    }

    /// <summary>Which of at most 64 bytes are beyond ASCII.</summary>
    public static ulong Beyond(ReadOnlySpan<byte> bytes)
    {
        ulong found = 0;
        for (int i = 0; i < bytes.Length; i++)
            found |= (ulong)(bytes[i] >> 7) << i;
        return found;
    }

    /// <summary>Which of at most 64 bytes are underscores.</summary>
    public static ulong Underscores(ReadOnlySpan<byte> bytes)
    {
        ulong found = 0;
        for (int i = bytes.IndexOf((byte)'_'); i >= 0 && i < bytes.Length; i++)
            found |= bytes[i] == '_' ? 1UL << i : 0;
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d)
    {
        uint low = a.ExtractMostSignificantBits() | (b.ExtractMostSignificantBits() << 16);
        uint high = c.ExtractMostSignificantBits() | (d.ExtractMostSignificantBits() << 16);
        return low | ((ulong)high << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Digits(Vector128<byte> bytes) => InRange(bytes, (byte)'0', 9);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Letters(Vector128<byte> bytes) => InRange(bytes | Vector128.Create((byte)0x20), (byte)'a', 25);

    /// <summary>The bit that tells small letters from capitals, moved to where it is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Smalls(Vector128<byte> bytes) => (bytes.AsUInt16() << 2).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Joiners(Vector128<byte> bytes) => InRange(bytes, (byte)'-', 2) | Is(bytes, '_') | Is(bytes, '+') | Is(bytes, '=') | Is(bytes, ':');

    /// <summary><c>[</c> and <c>{</c> differ in the bit of small letters, and nothing else becomes <c>{</c> with it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Signs(Vector128<byte> bytes) =>
        InRange(bytes, (byte)'-', 1) | Is(bytes, '@') | Is(bytes, '=') | Is(bytes, ':') | Is(bytes, '(') | Is(bytes | Vector128.Create((byte)0x20), '{');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Is(Vector128<byte> bytes, char value) => Vector128.Equals(bytes, Vector128.Create((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InRange(Vector128<byte> bytes, byte first, byte more)
    {
        Vector128<byte> distance = bytes - Vector128.Create(first);
        return Vector128.Equals(Vector128.Min(distance, Vector128.Create(more)), distance);
    }
}
