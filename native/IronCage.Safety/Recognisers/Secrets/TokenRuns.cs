using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>How far runs of four sets of bytes go from one place on: letters and digits, those with _ and -, those with + and /, those with _ - . and =, not counting full stops at the end.</summary>
internal readonly record struct TokenRuns(int Alnum, int UrlSafe, int Base64, int Dotted, int Longest, bool HasDigit)
{
    /// <summary>Longer runs than this are no token without a beginning of its own.</summary>
    public const int Most = 200;

    private const byte IsAlnum = 1;
    private const byte IsUrlSafe = 2;
    private const byte IsDotted = 4;
    private const byte IsBase64 = 8;
    private const byte IsDigit = 16;

    private static readonly byte[] Classes = ReadClasses();

    public static TokenRuns Read(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + Most + 1)];
        int seen = 0;
        int alnum = Run(rest, 0, IsAlnum, ref seen);
        int urlSafe = Run(rest, alnum, IsUrlSafe, ref seen);
        int open = Run(rest, urlSafe, IsDotted, ref seen);
        int dotted = open;
        while (dotted > urlSafe && rest[dotted - 1] is (byte)'.' or (byte)'=')
            dotted--;
        int base64 = Run(rest, alnum, IsBase64, ref seen);
        return new TokenRuns(alnum, urlSafe, base64, dotted, Math.Max(open, base64), (seen & IsDigit) != 0);
    }

    private static int Run(ReadOnlySpan<byte> rest, int from, byte wanted, ref int seen)
    {
        byte[] classes = Classes;
        int i = from;
        while (i < rest.Length && classes[rest[i]] is var found && (found & wanted) != 0)
        {
            seen |= found;
            i++;
        }

        return i;
    }

    private static byte[] ReadClasses()
    {
        var classes = new byte[256];
        for (int i = 0; i < 128; i++)
        {
            byte b = (byte)i;
            if (ByteClass.IsAlnum(b))
                classes[i] = (byte)(IsAlnum | IsUrlSafe | IsDotted | IsBase64 | (ByteClass.IsDigit(b) ? IsDigit : 0));
            else if (b is (byte)'_' or (byte)'-')
                classes[i] = IsUrlSafe | IsDotted;
            else if (b is (byte)'.' or (byte)'=')
                classes[i] = IsDotted;
            else if (ByteClass.IsBase64(b))
                classes[i] = IsBase64;
        }

        return classes;
    }
}
