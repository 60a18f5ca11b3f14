using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>
/// Reads a telephone number group by group: digits, one separator between groups, one pair of round brackets around one or two of them.
/// </summary>
internal ref struct PhoneReader
{
    public const int MostDigits = 17;
    public const int MostGroups = 8;

    private readonly ReadOnlySpan<byte> text;
    private readonly bool final;
    private DigitArray digits;
    private bool isOpen;
    private bool hadBracket;

    /// <summary>Starts before the first digit.</summary>
    /// <param name="window">The text.</param>
    /// <param name="place">The first digit.</param>
    /// <param name="isOpen">Whether the number begins with the bracket that stands before it.</param>
    public PhoneReader(in TextWindow window, int place, bool isOpen)
    {
        text = window.Bytes;
        final = window.Final;
        End = place;
        this.isOpen = hadBracket = isOpen;
        DomesticZero = -1;
    }

    /// <summary>How many digits were read.</summary>
    public int Count { get; private set; }

    /// <summary>How many groups were read.</summary>
    public int Groups { get; private set; }

    /// <summary>Where the text goes on after the last group.</summary>
    public int End { get; private set; }

    /// <summary>How many digits the last group has.</summary>
    public int LastLength { get; private set; }

    /// <summary>What stands before the last group.</summary>
    public PhoneGap LastGap { get; private set; }

    /// <summary>The separators so far, a bit for each <see cref="PhoneGap"/>.</summary>
    public int Gaps { get; private set; }

    /// <summary>For each group, from the first on, eight bits: what stands before it, and its length.</summary>
    public ulong Shape { get; private set; }

    /// <summary>Which digit is the 0 of <c>+44 (0)20</c>, dialled only inside the country; -1 where there is none.</summary>
    public int DomesticZero { get; private set; }

    /// <summary>Whether a bracket is open behind the last group.</summary>
    public readonly bool IsOpen => isOpen;

    /// <summary>The values of the digits.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Digits => ((ReadOnlySpan<byte>)digits)[..Count];

    /// <summary>The shape of one group alone.</summary>
    public static ulong ShapeOf(PhoneGap gap, int length) => ((ulong)gap << 4) | (uint)Math.Min(length, 15);

    /// <summary>Reads the next group with what stands before it.</summary>
    /// <returns><see cref="MatchState.NoMatch"/> where the number does not go on.</returns>
    public MatchState Next()
    {
        int at = End;
        PhoneGap gap = Groups == 0 && isOpen ? PhoneGap.Opening : PhoneGap.None;
        bool open = isOpen;
        if (Groups > 0)
        {
            if (!ReadGap(ref at, ref open, out gap))
                return !final && at >= text.Length ? MatchState.NeedMore : MatchState.NoMatch;
        }

        if (Groups == MostGroups)
            return MatchState.NoMatch;
        int start = at;
        at = ReadDigits(start);
        if (Count == MostDigits && at < text.Length && ByteClass.IsDigit(text[at]))
            return MatchState.NoMatch;
        if (at >= text.Length && !final)
            return MatchState.NeedMore;
        isOpen = open;
        if (gap == PhoneGap.Opening)
            hadBracket = true;
        Groups++;
        End = at;
        LastGap = gap;
        LastLength = at - start;
        Gaps |= 1 << (int)gap;
        Shape = (Shape << 8) | ShapeOf(gap, LastLength);
        if (gap == PhoneGap.Opening && Groups == 2 && LastLength == 1 && digits[Count - 1] == 0 && at < text.Length && text[at] == ')')
            DomesticZero = Count - 1;
        return MatchState.Match;
    }

    /// <summary>Reads the digits of a group, as far as there is room.</summary>
    /// <returns>Where the text goes on.</returns>
    private int ReadDigits(int start)
    {
        ReadOnlySpan<byte> rest = text[start..];
        Span<byte> room = ((Span<byte>)digits)[Count..];
        int length = 0;
        while (length < rest.Length && length < room.Length && (uint)(rest[length] - '0') <= 9)
        {
            room[length] = (byte)(rest[length] - '0');
            length++;
        }

        Count += length;
        return start + length;
    }

    /// <summary>Reads what may stand between two groups; a digit follows it.</summary>
    private readonly bool ReadGap(ref int at, ref bool open, out PhoneGap gap)
    {
        if (!open && at + 1 < text.Length && ByteClass.IsDigit(text[at + 1]) && Joint(text[at]) is var joint && joint != PhoneGap.None)
        {
            // As is mostly so.
            gap = joint;
            at++;
            return true;
        }

        gap = PhoneGap.None;
        bool closes = open && at < text.Length && text[at] == ')';
        if (closes)
        {
            open = false;
            at++;
        }

        int from = at;
        byte separator = 0;
        if (at < text.Length && (text[at] is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'/'))
            separator = text[at++];

        // 030 / 90 18 20, 030 - 901820
        bool wide = separator == ' ' && at + 1 < text.Length && (text[at] is (byte)'-' or (byte)'/') && text[at + 1] == ' ';
        if (wide)
            at += 2;
        else if (separator == ' ' && at + 1 >= text.Length && !final && (at >= text.Length || (text[at] is (byte)'-' or (byte)'/')))
            at = text.Length;
        if (at >= text.Length)
            return false;
        if (text[at] == '(' && !open && !closes && !hadBracket && !wide)
        {
            open = true;
            at++;
            gap = PhoneGap.Opening;
            return at < text.Length && ByteClass.IsDigit(text[at]);
        }

        if (!ByteClass.IsDigit(text[at]))
        {
            // What follows is no digit, whatever comes: nothing more to wait for.
            return false;
        }

        gap = (closes, separator, wide) switch
        {
            (true, _, true) => PhoneGap.ClosingOther,
            (true, 0, _) => PhoneGap.Closing,
            (true, (byte)' ', _) => PhoneGap.ClosingSpace,
            (true, (byte)'-', _) => PhoneGap.ClosingHyphen,
            (true, _, _) => PhoneGap.ClosingOther,
            (_, _, true) => PhoneGap.Wide,
            (_, (byte)' ', _) => PhoneGap.Space,
            (_, (byte)'-', _) => PhoneGap.Hyphen,
            (_, (byte)'.', _) => PhoneGap.Dot,
            _ => PhoneGap.Slash,
        };
        return at > from || closes;
    }

    private static PhoneGap Joint(byte separator) => separator switch
    {
        (byte)' ' => PhoneGap.Space,
        (byte)'-' => PhoneGap.Hyphen,
        (byte)'.' => PhoneGap.Dot,
        (byte)'/' => PhoneGap.Slash,
        _ => PhoneGap.None,
    };

    [InlineArray(MostDigits)]
    private struct DigitArray
    {
        private byte first;
    }
}
