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
        foreach (var b in bytes)
            count -= b < FirstThatBegins ? 1 : 0;
        return count;
    }
}
