using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Runtime.Calls;

/// <summary>Counts Unicode code points, which are what Python calls characters.</summary>
public static class CodePoints
{
    /// <summary>A byte that continues a code point is less than this, as a signed number.</summary>
    private const sbyte FirstThatBegins = -0x40;

    /// <summary>Code points in UTF-8 bytes: every byte that does not continue another.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        var count = utf8.Length;
        var bytes = MemoryMarshal.Cast<byte, sbyte>(utf8);
        while (bytes.Length >= Vector256<sbyte>.Count)
        {
            count -= BitOperations.PopCount(Vector256.LessThan(Vector256.Create(bytes), Vector256.Create(FirstThatBegins)).ExtractMostSignificantBits());
            bytes = bytes[Vector256<sbyte>.Count..];
        }
        if (utf8.Length >= Vector256<sbyte>.Count)
        {
            // The last ones once more, without those that were counted.
            var last = Vector256.LessThan(Vector256.Create(MemoryMarshal.Cast<byte, sbyte>(utf8[^Vector256<sbyte>.Count..])), Vector256.Create(FirstThatBegins));
            return count - BitOperations.PopCount((uint)((ulong)last.ExtractMostSignificantBits() >> (Vector256<sbyte>.Count - bytes.Length)));
        }
        while (bytes.Length >= sizeof(ulong))
        {
            count -= BitOperations.PopCount(Continuing(MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(bytes))));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var b in bytes)
            count -= b < FirstThatBegins ? 1 : 0;
        return count;
    }

    /// <summary>Of eight bytes, a bit for each that continues a code point: the first two bits of it are 10.</summary>
    private static ulong Continuing(ulong bytes) => bytes & ~(bytes << 1) & 0x8080808080808080;
}
