using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>A set of byte values, looked up for 64 bytes at a time.</summary>
internal sealed class ByteSet
{
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

        low = Vector128.Create<byte>(lows);
        high = Vector128.Create<byte>(highs);
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
        var bits = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
        ulong found = 0;
        for (int i = 0; i < 64; i += 16)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)i);
            Vector128<byte> half = bytes & Vector128.Create((byte)15);
            Vector128<byte> isHigh = Vector128.GreaterThanOrEqual(bytes, Vector128.Create((byte)128));
            Vector128<byte> table = Vector128.ConditionalSelect(isHigh, Vector128.Shuffle(high, half), Vector128.Shuffle(low, half));
            Vector128<byte> bit = Vector128.Shuffle(bits, (bytes >> 4) & Vector128.Create((byte)7));
            found |= (ulong)Vector128.Equals(table & bit, bit).ExtractMostSignificantBits() << i;
        }

        return found;
    }
}
