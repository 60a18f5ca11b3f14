using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>Classes of bytes in UTF-8 text.</summary>
internal static class ByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAlnum(byte b) => IsLetter(b) || IsDigit(b);

    /// <summary>Letters, digits, underscore: what makes an identifier. Bytes of non-ASCII characters are not: scripts without spaces put numbers and addresses right beside them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWord(byte b) => IsLetter(b) || IsDigit(b) || b == '_';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHex(byte b) => IsDigit(b) || (uint)((b | 0x20) - 'a') <= 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBase64(byte b) => IsAlnum(b) || b is (byte)'+' or (byte)'/';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUpper(byte b) => (uint)(b - 'A') <= 25;

    /// <summary>The first byte of a letter of U+00C0 to U+024F: Latin-1 Supplement, Latin Extended-A and -B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLatinLead(byte b) => b is >= 0xC3 and <= 0xC9;

    /// <summary>Whether the two bytes are a letter of U+00C0 to U+024F (not the signs × and ÷).</summary>
    public static bool IsLatinPair(byte lead, byte trail) =>
        IsLatinLead(lead) && trail is >= 0x80 and <= 0xBF && !(lead == 0xC3 && (trail is 0x97 or 0xB7)) && !(lead == 0xC9 && trail > 0x8F);

    /// <summary>Which bytes are digits, a bit for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Digits(Vector128<byte> bytes) => UpTo(bytes - Vector128.Create((byte)'0'), 9);

    /// <summary>Which bytes are hexadecimal digits that are letters, a bit for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint HexLetters(Vector128<byte> bytes) => UpTo((bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), 5);

    /// <summary>Which bytes are letters, a bit for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Letters(Vector128<byte> bytes) => UpTo((bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), 25);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint UpTo(Vector128<byte> values, byte most) => Vector128.Equals(Vector128.Min(values, Vector128.Create(most)), values).ExtractMostSignificantBits();

    public static int HexValue(byte b) => IsDigit(b) ? b - '0' : (b | 0x20) - 'a' + 10;

    /// <summary>How many different bytes there are; used to tell keys from placeholders such as <c>xxxxxxxx</c>.</summary>
    public static int Distinct(ReadOnlySpan<byte> bytes)
    {
        UInt128 seen = 0;
        foreach (byte b in bytes)
        {
            seen |= UInt128.One << (b & 127);
        }

        return (int)UInt128.PopCount(seen);
    }
}
