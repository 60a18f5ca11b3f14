using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>How far left of a number the words may stand that belong to it: not beyond a line, a sentence or another number of another name.</summary>
internal static class ContextReach
{
    private const int ShortestWord = 5;
    private const int LongestJoint = 8;
    private const int OtherNumber = 6;

    /// <summary>Where the reach of words begins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the number begins.</param>
    /// <param name="label">Where its name begins if a colon, an equals sign or the end of a tag stands before it; -1 if none does.</param>
    public static int From(ReadOnlySpan<byte> text, int start, out int label)
    {
        int limit = Math.Max(0, start - LeftContext.Width);
        int at = start;
        while (at > limit && IsBlank(text[at - 1]))
            at--;
        bool isNamed = at > limit && (text[at - 1] is (byte)':' or (byte)'=' || (text[at - 1] == '>' && at == start));
        label = isNamed ? Label(text, at - 1, limit) : -1;

        bool isLine = true;
        int digits = 0;
        int next = start;
        int end = start;
        for (int i = start - 1; i >= limit; i--)
        {
            byte b = text[i];
            if (ByteClass.IsDigit(b))
            {
                if (digits++ == 0)
                    end = i + 1;
                if (digits == OtherNumber && next - end > LongestJoint)
                    return AfterNumber(text, i, start);
                continue;
            }

            if (b is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)'(' or (byte)')' or (byte)'+' && digits > 0)
            {
                if (b != '.' || digits >= OtherNumber)
                    continue;
            }

            // A number of a list: the joint is measured from it on.
            if (digits >= OtherNumber)
                next = i + 1;
            if (digits > 0)
                digits = 0;
            if (ByteClass.IsLetter(b) || b >= 0x80)
                isLine = false;
            else if (b == '\n' && !isLine && label < 0)
                return i + 1;
            else if (b is (byte)'.' or (byte)'!' or (byte)'?' && !isLine && IsSentenceEnd(text, i, limit))
                return i + 1;
        }

        return limit;
    }

    /// <summary>Where the two words directly before the number begin; the number's place if something else stands there.</summary>
    public static int WordsBefore(ReadOnlySpan<byte> text, int from, int start)
    {
        int at = start;
        for (int word = 0; word < 2; word++)
        {
            int gap = at;
            while (at > from && gap - at < LongestJoint && !ContextWords.IsLetterEnd(text[at - 1]))
            {
                if (ByteClass.IsDigit(text[at - 1]))
                    return gap;
                at--;
            }

            while (at > from && ContextWords.IsLetterEnd(text[at - 1]))
                at--;
        }

        return at;
    }

    private static int AfterNumber(ReadOnlySpan<byte> text, int digit, int start)
    {
        int at = digit;
        while (at < start && !ContextWords.IsLetterEnd(text[at]))
            at++;
        return at;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'*' or (byte)'_' or (byte)'\\' or (byte)'(' or (byte)'[';

    /// <summary>The name before a colon: back to what ends a field.</summary>
    private static int Label(ReadOnlySpan<byte> text, int colon, int limit)
    {
        int at = colon;
        while (at > limit && IsBlank(text[at - 1]))
            at--;
        while (at > limit && !IsFieldEnd(text, at - 1) && !(text[at - 1] == '.' && IsSentenceEnd(text, at - 1, limit)))
            at--;
        return at;
    }

    /// <summary>An ampersand ends a field of a query, but not the name in <c>let phone: &amp;str =</c>.</summary>
    private static bool IsFieldEnd(ReadOnlySpan<byte> text, int i) => text[i] switch
    {
        (byte)'\n' or (byte)',' or (byte)';' or (byte)'|' or (byte)'{' or (byte)'}' or (byte)'<' or (byte)'?' or (byte)'"' or (byte)'\'' => true,
        (byte)'&' => i > 0 && text[i - 1] != ' ',

        // In a=b=c the name is that of b.
        (byte)'=' => ByteClass.IsAlnum(text[i + 1]),
        _ => false,
    };

    /// <summary>A full stop before a capital, unless it ends an abbreviation: a short word that is one for telephone numbers.</summary>
    private static bool IsSentenceEnd(ReadOnlySpan<byte> text, int stop, int limit)
    {
        if (stop + 2 >= text.Length || text[stop + 1] is not ((byte)' ' or (byte)'\n') || !(ByteClass.IsUpper(text[stop + 2]) || text[stop + 2] >= 0x80))
            return false;
        int word = stop;
        int letters = 0;
        while (word > limit && letters < ShortestWord && ContextWords.IsLetterEnd(text[word - 1]))
        {
            word--;
            if ((text[word] & 0xC0) != 0x80)
                letters++;
        }

        return letters >= ShortestWord || !PhoneContext.IsAbbreviation(text[word..stop]);
    }
}
