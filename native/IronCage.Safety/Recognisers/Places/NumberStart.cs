using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>How a number begins, roughly: what recognisers are chosen by.</summary>
/// <param name="Left">What stands before it.</param>
/// <param name="Digits">How many digits the first group has, 1 to <see cref="MostDigits"/>; the last stands for as many or more.</param>
/// <param name="Next">What follows the first group.</param>
internal readonly record struct NumberStart(NumberLeft Left, int Digits, NumberNext Next)
{
    public const int MostDigits = 12;

    private const int Lefts = (int)NumberLeft.Comma + 1;
    private const int Nexts = (int)NumberNext.Slash + 1;

    private static readonly byte[] LeftOf = ReadLeft();
    private static readonly byte[] NextOf = ReadNext();

    /// <summary>How many there are.</summary>
    public const int Count = Lefts * Nexts * (MostDigits + 1);

    /// <summary>All, by <see cref="Index"/>.</summary>
    public static NumberStart Of(int index) => new((NumberLeft)(index / (Nexts * (MostDigits + 1))), index % (MostDigits + 1), (NumberNext)(index / (MostDigits + 1) % Nexts));

    /// <summary>The index of the number at <paramref name="place"/>, whose first group is all at hand.</summary>
    public static int Index(ReadOnlySpan<byte> text, int place, NumberRun number) =>
        (((LeftAt(text, place) * Nexts) + NextAt(text, number)) * (MostDigits + 1)) + Math.Min(number.Length(0), MostDigits);

    private static int LeftAt(ReadOnlySpan<byte> text, int place)
    {
        if (place == 0)
            return (int)NumberLeft.Free;
        int left = LeftOf[text[place - 1]];
        if (left >= (int)NumberLeft.Space)
        {
            byte before = place > 1 ? text[place - 2] : (byte)0;
            if (ByteClass.IsDigit(before) || before == '*')
                return left;
            return left <= (int)NumberLeft.Hyphen && ByteClass.IsUpper(before) ? (int)NumberLeft.Capital : (int)NumberLeft.Free;
        }

        return left == (int)NumberLeft.Letter && Edge.IsEscape(text, place) ? (int)NumberLeft.Free : left;
    }

    private static int NextAt(ReadOnlySpan<byte> text, NumberRun number)
    {
        int end = number.End(0);
        int next = end < text.Length ? NextOf[text[end]] : 0;
        return next >= (int)NumberNext.Space && number.Groups == 1 ? (int)NumberNext.Separator : next;
    }

    private static byte[] ReadLeft()
    {
        byte[] lefts = Letters((byte)NumberLeft.Letter);
        lefts['_'] = (byte)NumberLeft.Underscore;
        lefts['+'] = (byte)NumberLeft.Plus;
        lefts['('] = (byte)NumberLeft.Bracket;
        lefts[' '] = (byte)NumberLeft.Space;
        lefts['.'] = (byte)NumberLeft.Dot;
        lefts['-'] = (byte)NumberLeft.Hyphen;
        lefts['/'] = (byte)NumberLeft.Slash;
        lefts[':'] = (byte)NumberLeft.Colon;
        lefts[','] = (byte)NumberLeft.Comma;
        return lefts;
    }

    private static byte[] ReadNext()
    {
        byte[] nexts = Letters((byte)NumberNext.Letter);
        nexts['('] = nexts[')'] = (byte)NumberNext.Bracket;
        nexts[' '] = (byte)NumberNext.Space;
        nexts['-'] = (byte)NumberNext.Hyphen;
        nexts['.'] = (byte)NumberNext.Dot;
        nexts['/'] = (byte)NumberNext.Slash;
        return nexts;
    }

    private static byte[] Letters(byte value)
    {
        var table = new byte[256];
        for (int b = 0; b < table.Length; b++)
            table[b] = ByteClass.IsLetter((byte)b) ? value : (byte)0;
        return table;
    }
}
