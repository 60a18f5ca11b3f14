using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>How far runs of four sets of bytes go from one place on: letters and digits, those with _ and -, those with + and /, those with _ - . and =, not counting full stops at the end.</summary>
internal readonly record struct TokenRuns(int Alnum, int UrlSafe, int Base64, int Dotted, int Longest, bool HasDigit)
{
    /// <summary>Longer runs than this are no token without a beginning of its own.</summary>
    public const int Most = 200;

    public static TokenRuns Read(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + Most + 1)];
        bool hasDigit = false;
        int i = 0;
        while (i < rest.Length && ByteClass.IsAlnum(rest[i]))
            hasDigit |= ByteClass.IsDigit(rest[i++]);
        int alnum = i;
        while (i < rest.Length && (ByteClass.IsAlnum(rest[i]) || rest[i] is (byte)'_' or (byte)'-'))
            hasDigit |= ByteClass.IsDigit(rest[i++]);
        int urlSafe = i;
        while (i < rest.Length && (ByteClass.IsWord(rest[i]) || rest[i] is (byte)'-' or (byte)'.' or (byte)'='))
            hasDigit |= ByteClass.IsDigit(rest[i++]);
        int open = i;
        while (i > urlSafe && rest[i - 1] is (byte)'.' or (byte)'=')
            i--;
        int dotted = i;
        i = alnum;
        while (i < rest.Length && ByteClass.IsBase64(rest[i]))
            hasDigit |= ByteClass.IsDigit(rest[i++]);
        return new TokenRuns(alnum, urlSafe, i, dotted, Math.Max(open, i), hasDigit);
    }
}
