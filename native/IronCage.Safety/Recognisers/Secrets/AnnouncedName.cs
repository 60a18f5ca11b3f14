using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The name left of a colon or equals sign, in the ways of many languages: <c>"a": </c>, <c>a := </c>, <c>c["a"] = </c>, <c>a[32] = </c>, <c>a: &amp;str = </c>, <c>**a**: </c>.</summary>
internal static class AnnouncedName
{
    private const int WidestGap = 8;
    private const int LongestType = 24;

    /// <summary>Where the name left of the sign at <paramref name="sign"/> ends; -1 when there is none.</summary>
    public static int EndBefore(ReadOnlySpan<byte> text, int sign)
    {
        int end = sign;
        if (end > 0 && text[sign] == '=' && text[end - 1] is (byte)':' or (byte)'?' or (byte)'+' or (byte)'|')
            end--;
        int limit = Math.Max(0, sign - WidestGap);
        while (end > limit && text[end - 1] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'*' or (byte)'\\' or (byte)'\t')
            end--;
        if (end > 1 && text[end - 1] == ']')
            end = InsideBrackets(text, end - 1);
        return end > 0 && (ByteClass.IsWord(text[end - 1]) || text[end - 1] >= 0x80) ? end : -1;
    }

    /// <summary>Where the name before <c>: type = </c> ends; -1 when that does not stand left of the sign.</summary>
    public static int EndBeforeType(ReadOnlySpan<byte> text, int sign)
    {
        int colon = sign - 1;
        int limit = Math.Max(0, sign - LongestType);
        while (colon > limit && (ByteClass.IsWord(text[colon]) || text[colon] is (byte)' ' or (byte)'&' or (byte)'<' or (byte)'>' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'|' or (byte)'\''))
            colon--;
        if (colon <= limit || text[colon] != ':' || text[colon - 1] == ':')
            return -1;

        // Something that was replaced is no type.
        int bracket = text[colon..sign].LastIndexOf((byte)']');
        return bracket >= 0 && ReplacedForm.IsAtEnd(text[..(colon + bracket + 1)]) ? -1 : EndBefore(text, colon);
    }

    /// <summary>
    /// Whether a value at <paramref name="start"/>, with a vendor's word that ends <paramref name="near"/> bytes left of it, may be that vendor's: where a name stands directly
    /// left of it, the name holds that word or is one for keys.
    /// </summary>
    public static bool Admits(ReadOnlySpan<byte> text, int start, int near)
    {
        int sign = start - 1;
        int limit = Math.Max(0, start - WidestGap);
        while (sign > limit && text[sign] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'*' or (byte)'\\' or (byte)'\t' or (byte)'>')
            sign--;
        if (sign < 1 || text[sign] is not ((byte)'=' or (byte)':'))
            return true;
        int end = EndBefore(text, sign);
        if (end < 0)
            return true;
        int name = end;
        while (name > 0 && end - name < LeftContext.Width && (ByteClass.IsWord(text[name - 1]) || text[name - 1] is (byte)'-' or (byte)'.'))
            name--;
        if (start - near > name || SecretName.MayHold(text, end))
            return true;
        return text[sign] == '=' && EndBeforeType(text, sign) is > 0 and var typed && SecretName.MayHold(text, typed);
    }

    private static int InsideBrackets(ReadOnlySpan<byte> text, int close)
    {
        int end = close;
        while (end > 0 && close - end < 3 && text[end - 1] is (byte)'"' or (byte)'\'' or (byte)'\\')
            end--;
        if (end < close)
            return end;
        while (end > 0 && close - end < WidestGap && ByteClass.IsDigit(text[end - 1]))
            end--;
        return end > 0 && text[end - 1] == '[' ? end - 1 : -1;
    }
}
