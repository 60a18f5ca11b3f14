using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Whether text looks made by chance rather than of words.</summary>
internal static class Randomness
{
    /// <summary>
    /// A bit for each pair of letters that is common in words: by first letter, then by second. The 314 pairs that make 96.5 % of those in English manuals and programs;
    /// of random pairs 46 % are among them.
    /// </summary>
    private static ReadOnlySpan<uint> CommonPairs =>
    [
        0x1FEBD6E, 0x11EDB1F, 0x11EDD95, 0x01EE93F, 0x1FFF9FF, 0x01E4933, 0x01669D1, 0x01A4111, 0x2AEF87F, 0x0000010, 0x0040911, 0x11CC91D, 0x01CD91B, 0x13CED7D, 0x0FEFD6F, 0x11EC99D, 0x0100000,
        0x13EFD7F, 0x11EFDBD, 0x15EF9BD, 0x00EF97F, 0x0004111, 0x0066191, 0x0088115, 0x00CB010, 0x0000010,
    ];

    /// <summary>
    /// Letters and digits (or letters of both cases) that change places again and again, or letters whose pairs words do not have. Eight bytes are too few to tell.
    /// </summary>
    public static bool Holds(ReadOnlySpan<byte> value)
    {
        int pairs = 0;
        int rare = 0;
        int turns = 0;
        int caseTurns = 0;
        int alnum = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (!ByteClass.IsAlnum(value[i]))
                continue;
            alnum++;
            if (i == 0 || !ByteClass.IsAlnum(value[i - 1]))
                continue;
            bool isLetter = ByteClass.IsLetter(value[i]);
            if (isLetter != ByteClass.IsLetter(value[i - 1]))
            {
                turns++;
            }
            else if (isLetter)
            {
                pairs++;
                if ((CommonPairs[(value[i - 1] | 0x20) - 'a'] >> ((value[i] | 0x20) - 'a') & 1) == 0)
                    rare++;
                // From a small letter to a capital begins a word; the way back inside a pair of capitals does not.
                if (ByteClass.IsUpper(value[i]) != ByteClass.IsUpper(value[i - 1]))
                    caseTurns++;
            }
        }

        if (alnum < 8)
            return false;
        return turns * 5 >= alnum || (turns + caseTurns) * 5 >= alnum * 2 || (turns > 1 && rare * 4 >= pairs) || (pairs >= 8 && rare * 4 >= pairs);
    }
}
