using System.Buffers;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>
/// Long runs of Base64 or hexadecimal digits: pictures, archives, digests. Inside them nothing begins; what looks so is chance. Only what they stand for is of interest
/// (<see cref="Triggers.Trigger.Block"/>).
/// </summary>
internal static class DataRun
{
    /// <summary>A place is inside where so many bytes of the run stand left of it, mixed as those of data are, and so many right of it.</summary>
    public const int Width = 64;

    // Of 64 signs of Base64, 26 are capitals on the average, and 10 digits. A path or a name written together has hardly any of both.
    private const int FewestLetters = 12;
    private const int FewestDigits = 2;
    private const int FewestHexDigits = 16;

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);
    private static readonly ByteSet Signs = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Where the run ends in which <paramref name="from"/> is; the text's end if it goes on there.</summary>
    public static int End(ReadOnlySpan<byte> text, int from)
    {
        int length = text[from..].IndexOfAnyExcept(Alphabet);
        return length < 0 ? text.Length : from + length;
    }

    /// <summary>Whether what stands left of <paramref name="place"/> is data, or a shorter run behind something that was replaced in it.</summary>
    public static bool IsBehind(ReadOnlySpan<byte> text, int place)
    {
        if (place == 0 || !ByteClass.IsBase64(text[place - 1]))
            return false;
        int from = Math.Max(0, place - Width);
        int start = Signs.Start(text, from, place);
        return start == from ? place - from == Width && IsMixed(text[from..place]) : text[start - 1] == ']' && ReplacedForm.IsAtEnd(text[..start]);
    }

    private static bool IsMixed(ReadOnlySpan<byte> run)
    {
        int digits = 0;
        int capitals = 0;
        int small = 0;
        int hexLetters = 0;
        foreach (byte b in run)
        {
            digits += ByteClass.IsDigit(b) ? 1 : 0;
            capitals += ByteClass.IsUpper(b) ? 1 : 0;
            small += b is >= (byte)'a' and <= (byte)'z' ? 1 : 0;
            hexLetters += ByteClass.IsHex(b) && !ByteClass.IsDigit(b) ? 1 : 0;
        }

        bool isHex = digits + hexLetters == run.Length && digits >= FewestHexDigits && hexLetters >= FewestLetters && (capitals == 0 || small == 0);
        return isHex || (capitals >= FewestLetters && small >= FewestLetters && digits >= FewestDigits);
    }
}
