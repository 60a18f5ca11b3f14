using System.Text;

namespace IronCage.Safety.Text;

/// <summary>The words left of a candidate: at most <see cref="Width"/> bytes, and nothing beyond a <see cref="ReplacedForm"/> (whose name holds keywords of its own).</summary>
internal static class LeftContext
{
    public const int Width = 64;

    public static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> text, int start) => Before(text, start, Width);

    /// <summary>As <see cref="Before(ReadOnlySpan{byte}, int)"/>, with at most <paramref name="width"/> bytes.</summary>
    public static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> text, int start, int width)
    {
        ReadOnlySpan<byte> left = text[Math.Max(0, start - width)..start];
        int first = start - left.Length;
        for (int close = left.LastIndexOf((byte)']'); close >= 0; close = left[..close].LastIndexOf((byte)']'))
        {
            if (ReplacedForm.IsAtEnd(text[..(first + close + 1)]))
                return left[(close + 1)..];
        }

        return left;
    }

    /// <summary>Whether one of the keywords (lower-case ASCII) stands in <paramref name="context"/>, in any case.</summary>
    public static bool Has(ReadOnlySpan<byte> context, ReadOnlySpan<byte[]> keywords)
    {
        foreach (byte[] keyword in keywords)
        {
            if (IndexOf(context, keyword, 0) >= 0)
                return true;
        }

        return false;
    }

    private static int IndexOf(ReadOnlySpan<byte> context, ReadOnlySpan<byte> keyword, int from)
    {
        byte first = keyword[0];
        for (int i = from; i + keyword.Length <= context.Length; i++)
        {
            if ((context[i] | 0x20) == (first | 0x20) && Ascii.EqualsIgnoreCase(context.Slice(i, keyword.Length), keyword))
                return i;
        }

        return -1;
    }
}
