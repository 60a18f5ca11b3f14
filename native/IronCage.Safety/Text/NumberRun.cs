using System.Numerics;
using System.Runtime.Intrinsics;

namespace IronCage.Safety.Text;

/// <summary>
/// Groups of digits with one of <c>space - . /</c> between them, from a place on: at most <see cref="MostDigits"/> digits in <see cref="MostGroups"/> groups.
/// </summary>
internal sealed class NumberRun
{
    public const int MostDigits = 40;
    public const int MostGroups = 12;

    /// <summary>With room for the bytes that are read along with the last digits.</summary>
    private readonly byte[] digits = new byte[MostDigits + Vector128<byte>.Count];
    private readonly int[] ends = new int[MostGroups];
    private readonly byte[] counts = new byte[MostGroups];
    private readonly byte[] separators = new byte[MostGroups];

    /// <summary>Where the first digit stands.</summary>
    public int Start { get; private set; }

    /// <summary>How many groups were read; at least 1 where a digit stands at <see cref="Start"/>.</summary>
    public int Groups { get; private set; }

    /// <summary>How many digits all groups have.</summary>
    public int Count { get; private set; }

    /// <summary>The text at hand ends at the last group or the separator behind it, and more may follow: the last group may grow and others may come.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The values of all digits, 0 to 9.</summary>
    public ReadOnlySpan<byte> Digits => digits.AsSpan(0, Count);

    /// <summary>How many digits a group has.</summary>
    public int Length(int group) => counts[group];

    /// <summary>Where the text goes on after a group.</summary>
    public int End(int group) => ends[group];

    /// <summary>What stands between a group and the one after it: one byte; 0 after the last.</summary>
    public byte Separator(int group) => group + 1 < Groups ? separators[group] : (byte)0;

    /// <summary>The lengths of the first <paramref name="groups"/> groups as hexadecimal digits: 0x4444; lengths above 15 count as 15.</summary>
    public ulong Pattern(int groups)
    {
        ulong pattern = 0;
        for (int i = 0; i < groups; i++)
            pattern = (pattern << 4) | Math.Min(counts[i], (byte)15);
        return pattern;
    }

    public void Read(in TextWindow window, int start)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        Start = start;
        Groups = Count = 0;
        IsOpen = false;
        int i = start;
        while (true)
        {
            int from = i;
            i = ReadGroup(text, from);
            if (i == from)
                return;
            counts[Groups] = (byte)(i - from);
            ends[Groups++] = i;
            if (i >= text.Length)
            {
                IsOpen = !window.Final;
                return;
            }

            if (ByteClass.IsDigit(text[i]))
                return;
            if (text[i] is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'/'))
                return;
            if (i + 1 >= text.Length)
            {
                IsOpen = !window.Final;
                return;
            }

            if (!ByteClass.IsDigit(text[i + 1]))
                return;
            if (Groups == MostGroups || Count == MostDigits)
                return;

            separators[Groups - 1] = text[i];
            i++;
        }
    }

    /// <summary>Reads the digits of one group, as far as there is room.</summary>
    /// <returns>Where the text goes on.</returns>
    private int ReadGroup(ReadOnlySpan<byte> text, int from)
    {
        int i = from;
        int room = Math.Min(text.Length, i + MostDigits - Count);
        while (i + Vector128<byte>.Count <= text.Length)
        {
            Vector128<byte> values = Vector128.LoadUnsafe(in text[i]) - Vector128.Create((byte)'0');
            values.StoreUnsafe(ref digits[Count]);
            uint isDigit = Vector128.Equals(Vector128.Min(values, Vector128.Create((byte)9)), values).ExtractMostSignificantBits();
            int length = Math.Min(BitOperations.TrailingZeroCount(~isDigit), room - i);
            Count += length;
            i += length;
            if (length < Vector128<byte>.Count)
                return i;
        }

        while (i < room && ByteClass.IsDigit(text[i]))
            digits[Count++] = (byte)(text[i++] - '0');
        return i;
    }
}
