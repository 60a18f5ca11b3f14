using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Triggers;

/// <summary>The classes of 64 bytes, a bit for each. SSSE3 and NEON suffice.</summary>
internal struct ByteMasks
{
    public const int Width = 64;

    /// <summary><c>0-9</c>.</summary>
    public ulong Digit;

    /// <summary><c>A-Z a-z</c>.</summary>
    public ulong Letter;

    /// <summary><c>A-Z</c>.</summary>
    public ulong Upper;

    /// <summary>Beyond ASCII.</summary>
    public ulong High;

    /// <summary><c>A-Z a-z 0-9 _ - + / = : .</c>, which tokens consist of.</summary>
    public ulong Token;

    /// <summary><c>@ : =</c>, which are triggers by themselves.</summary>
    public ulong Sign;

    /// <summary><c>. - ( [ {</c>, which are triggers before a letter.</summary>
    public ulong Mark;

    // Classes of ASCII, a bit for each, looked up by the low and the high four bits of a byte; it is of the classes that both have. The upper six are those of tokens.
    private const byte DashDotRound = 1;
    private const byte Brackets = 2;
    private const byte PlusToSlash = 4;
    private const byte Underscore = 8;
    private const byte ColonEquals = 16;
    private const byte LettersFromP = 32;
    private const byte LettersToO = 64;
    private const byte Digits = 128;

    /// <summary>Reads 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(ref byte first, out ByteMasks masks)
    {
        Vector128<byte> a = Vector128.LoadUnsafe(ref first);
        Vector128<byte> b = Vector128.LoadUnsafe(ref first, 16);
        Vector128<byte> c = Vector128.LoadUnsafe(ref first, 32);
        Vector128<byte> d = Vector128.LoadUnsafe(ref first, 48);
        masks.High = (a | b | c | d).ExtractMostSignificantBits() == 0 ? 0 : Bits(a, b, c, d);
        Vector128<byte> classA = Classes(a);
        Vector128<byte> classB = Classes(b);
        Vector128<byte> classC = Classes(c);
        Vector128<byte> classD = Classes(d);
        masks.Digit = Bits(classA, classB, classC, classD);
        masks.Token = Bits(Tokens(classA), Tokens(classB), Tokens(classC), Tokens(classD));
        masks.Letter = Bits(Shift(classA, 1) | Shift(classA, 2), Shift(classB, 1) | Shift(classB, 2), Shift(classC, 1) | Shift(classC, 2), Shift(classD, 1) | Shift(classD, 2));
        masks.Upper = masks.Letter & ~Bits(Shift(a, 2), Shift(b, 2), Shift(c, 2), Shift(d, 2));
        masks.Sign = Bits(Signs(a, classA), Signs(b, classB), Signs(c, classC), Signs(d, classD));
        masks.Mark = Bits(Shift(classA, 6) | Shift(classA, 7), Shift(classB, 6) | Shift(classB, 7), Shift(classC, 6) | Shift(classC, 7), Shift(classD, 6) | Shift(classD, 7));
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
        masks.Token |= rest;
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

    /// <summary>Bytes beyond ASCII are of no class: their high four bits are above 7. The tables are constants here, not fields, which would be read through a check.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Classes(Vector128<byte> bytes)
    {
        Vector128<byte> byLow = Vector128.Create(
            Digits | LettersFromP,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO,
            Digits | LettersFromP | LettersToO | DashDotRound,
            Digits | LettersFromP | LettersToO,
            LettersFromP | LettersToO | ColonEquals,
            LettersToO | PlusToSlash | Brackets,
            LettersToO,
            LettersToO | ColonEquals | PlusToSlash | DashDotRound,
            LettersToO | PlusToSlash | DashDotRound,
            LettersToO | PlusToSlash | Underscore);
        Vector128<byte> byHigh = Vector128.Create(
            0, 0, DashDotRound | PlusToSlash, Digits | ColonEquals, LettersToO, LettersFromP | Underscore | Brackets, LettersToO, LettersFromP | Brackets, 0, 0, 0, 0, 0, 0, 0, 0);
        var low = Vector128.Create((byte)0x0F);
        return Vector128.ShuffleNative(byLow, bytes & low) & Vector128.ShuffleNative(byHigh, (bytes.AsUInt16() >>> 4).AsByte() & low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Tokens(Vector128<byte> classes) => Vector128.Equals(Vector128.Max(classes, Vector128.Create(PlusToSlash)), classes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Signs(Vector128<byte> bytes, Vector128<byte> classes) => Shift(classes, 3) | Vector128.Equals(bytes, Vector128.Create((byte)'@'));

    /// <summary>Moves a bit of each byte to where <see cref="Bits"/> reads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Shift(Vector128<byte> bytes, int by) => (bytes.AsUInt16() << by).AsByte();
}
