using System.Numerics;
using System.Text;

namespace IronCage.Safety.Text;

/// <summary>How text is split into the words of <see cref="ContextSet"/>, and hashed without regard to case.</summary>
internal static class ContextWords
{
    public const ulong Seed = 0xCBF29CE484222325;
    private const ulong Prime = 0x9E3779B97F4A7C15;

    /// <summary>Whether a byte belongs to a word, so that what follows it may be the rest of one.</summary>
    public static bool IsLetterEnd(byte b) => ByteClass.IsLetter(b) || b >= 0x80;

    /// <summary>Splits <paramref name="text"/> into words.</summary>
    /// <param name="text">UTF-8; may begin inside a word.</param>
    /// <param name="isCut">Whether a letter stands before it: then its first word is a rest of one and left out.</param>
    /// <param name="words">Receives them; as long as the text.</param>
    /// <returns>How many there are.</returns>
    public static int Split(ReadOnlySpan<byte> text, bool isCut, Span<WordSpan> words)
    {
        int count = 0;
        int i = 0;
        if (isCut)
        {
            while (i < text.Length && IsLetterEnd(text[i]) && !IsAlone(text, i, out _))
                i++;
        }

        while (i < text.Length)
        {
            if (text[i] >= 0x80 && IsAlone(text, i, out int alone))
            {
                words[count++] = new WordSpan(i, i + alone);
                i += alone;
                continue;
            }

            int start = i;
            while (i < text.Length && LetterLength(text, i) is > 0 and var length)
            {
                if (i > start && ByteClass.IsUpper(text[i]) && BeginsWord(text, i))
                    break;
                i += length;
            }

            if (i > start)
                words[count++] = new WordSpan(start, i);
            else
                i += text[i] < 0x80 ? 1 : SequenceLength(text, i);
        }

        return count;
    }

    public static ulong Hash(ulong hash, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            byte b = word[i];
            if (b < 0x80)
            {
                hash = Step(hash, (uint)(b | 0x20));
                continue;
            }

            if (Rune.DecodeFromUtf8(word[i..], out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
            {
                hash = Step(hash, b);
                continue;
            }

            hash = Step(hash, (uint)Rune.ToLowerInvariant(rune).Value);
            i += length - 1;
        }

        return hash;
    }

    private static ulong Step(ulong hash, uint value) => BitOperations.RotateLeft((hash ^ value) * Prime, 29);

    /// <summary>A capital inside a word begins the next one after a small letter, or before one: <c>taxId</c>, <c>NHSNumber</c>.</summary>
    private static bool BeginsWord(ReadOnlySpan<byte> text, int i) =>
        !IsUpperBefore(text, i) || (i + 2 < text.Length && text[i + 1] is >= (byte)'a' and <= (byte)'z' && text[i + 2] is >= (byte)'a' and <= (byte)'z');

    /// <summary>Whether the letter before <paramref name="i"/> is a capital, of any script.</summary>
    private static bool IsUpperBefore(ReadOnlySpan<byte> text, int i) => text[i - 1] < 0x80
        ? ByteClass.IsUpper(text[i - 1])
        : Rune.DecodeLastFromUtf8(text[..i], out Rune rune, out _) == System.Buffers.OperationStatus.Done && Rune.IsUpper(rune);

    private static int LetterLength(ReadOnlySpan<byte> text, int i)
    {
        byte b = text[i];
        if (b < 0x80)
            return ByteClass.IsLetter(b) ? 1 : 0;
        return IsSign(text, i) || IsAlone(text, i, out _) ? 0 : SequenceLength(text, i);
    }

    private static int SequenceLength(ReadOnlySpan<byte> text, int i)
    {
        int most = Math.Min(text[i] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC2 => 2, _ => 1 }, text.Length - i);
        int length = 1;
        while (length < most && (text[i + length] & 0xC0) == 0x80)
            length++;
        return length;
    }

    /// <summary>Punctuation and spaces beyond ASCII.</summary>
    private static bool IsSign(ReadOnlySpan<byte> text, int i) => text[i] switch
    {
        0xC2 => i + 1 < text.Length && text[i + 1] is not (0xAA or 0xB5 or 0xBA),
        0xE2 => true,
        0xE3 => i + 1 < text.Length && text[i + 1] == 0x80,
        0xEF => i + 1 < text.Length && text[i + 1] is 0xBC or 0xBD or 0xBF,
        _ => text[i] >= 0xF0,
    };

    /// <summary>A character of a script that is written without spaces: Thai, Lao, Burmese, Khmer, kana, Han, Hangul.</summary>
    private static bool IsAlone(ReadOnlySpan<byte> text, int i, out int length)
    {
        length = SequenceLength(text, i);
        byte lead = text[i];
        if (length != 3 || IsSign(text, i))
            return false;
        return lead switch
        {
            0xE0 => text[i + 1] is >= 0xB8 and <= 0xBB,
            0xE1 => text[i + 1] is >= 0x80 and <= 0x82 or 0x9E or 0x9F,
            >= 0xE3 and <= 0xED => true,
            _ => false,
        };
    }
}
