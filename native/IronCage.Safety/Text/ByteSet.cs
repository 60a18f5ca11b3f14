using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>A set of byte values, looked up for many bytes at a time.</summary>
internal sealed class ByteSet
{
    private readonly bool[] members;
    private readonly Vector128<byte> low;
    private readonly Vector128<byte> high;

    /// <param name="members">By value: whether it belongs to the set.</param>
    public ByteSet(ReadOnlySpan<bool> members)
    {
        // Entry n of a table has bit h where the byte with the low half n and the high half h (less 8 in the second table) is a member.
        Span<byte> lows = stackalloc byte[16];
        Span<byte> highs = stackalloc byte[16];
        for (int b = 0; b < 256; b++)
        {
            if (members[b])
                (b < 128 ? lows : highs)[b & 15] |= (byte)(1 << (b >> 4 & 7));
        }

        this.members = members.ToArray();
        low = Vector128.Create<byte>(lows);
        high = Vector128.Create<byte>(highs);
    }

    /// <summary>A set of these.</summary>
    public static ByteSet Of(ReadOnlySpan<byte> bytes)
    {
        Span<bool> members = stackalloc bool[256];
        members.Clear();
        foreach (byte b in bytes)
            members[b] = true;
        return new ByteSet(members);
    }

    /// <summary>Where members end that begin at <paramref name="from"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">The first byte that is looked at.</param>
    /// <param name="to">Behind the last one; within the text.</param>
    public int End(ReadOnlySpan<byte> text, int from, int to)
    {
        int i = from;
        while (i < to && i <= text.Length - Vector128<byte>.Count)
        {
            int length = BitOperations.TrailingZeroCount(~Members(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)i)));
            i += length;
            if (length < Vector128<byte>.Count)
                return Math.Min(i, to);
        }

        while (i < to && members[text[i]])
            i++;
        return Math.Min(i, Math.Max(from, to));
    }

    /// <summary>Where members begin that end at <paramref name="to"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">The first byte that is looked at.</param>
    /// <param name="to">Behind the last one; not before <paramref name="from"/>.</param>
    public int Start(ReadOnlySpan<byte> text, int from, int to)
    {
        int i = to;
        while (i > from && i >= Vector128<byte>.Count)
        {
            uint others = ~Members(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)(i - Vector128<byte>.Count))) & 0xFFFF;
            if (others != 0)
                return Math.Max(from, i - Vector128<byte>.Count + BitOperations.Log2(others) + 1);
            i -= Vector128<byte>.Count;
        }

        while (i > from && members[text[i - 1]])
            i--;
        return Math.Max(from, i);
    }

    /// <summary>The members among the 64 bytes at <paramref name="at"/> (fewer at the end of the text), a bit for each.</summary>
    public ulong Find(ReadOnlySpan<byte> text, int at)
    {
        if (at + 64 <= text.Length)
            return Find(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at));
        Span<byte> padded = stackalloc byte[64];
        padded.Clear();
        text[at..].CopyTo(padded);
        int rest = text.Length - at;
        return Find(ref MemoryMarshal.GetReference(padded)) & ((1UL << rest) - 1);
    }

    private ulong Find(ref byte first)
    {
        ulong found = 0;
        for (int i = 0; i < 64; i += Vector128<byte>.Count)
            found |= (ulong)Members(Vector128.LoadUnsafe(ref first, (nuint)i)) << i;
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Members(Vector128<byte> bytes)
    {
        var bits = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
        Vector128<byte> half = bytes & Vector128.Create((byte)15);
        Vector128<byte> isHigh = Vector128.LessThan(bytes.AsSByte(), Vector128<sbyte>.Zero).AsByte();
        Vector128<byte> table = Vector128.ConditionalSelect(isHigh, Vector128.ShuffleNative(high, half), Vector128.ShuffleNative(low, half));
        Vector128<byte> bit = Vector128.ShuffleNative(bits, (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)15));
        return Vector128.Equals(table & bit, bit).ExtractMostSignificantBits();
    }
}
