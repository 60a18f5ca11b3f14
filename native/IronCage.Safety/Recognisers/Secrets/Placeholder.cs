using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>What stands in documents where a secret will stand.</summary>
internal static class Placeholder
{
    private const int LongestRepeat = 4;
    private const int LongestPadding = 12;
    private const int LongestSequence = 7;

    private static readonly byte[][] Words = Bytes("example", "placeholder", "your", "changeme", "dummy", "sample", "redacted", "insert", "replace", "xxxx", "notreal", "not_real", "****");

    /// <summary>Whether a value in the shape of a key is a stand-in: one byte again and again, the alphabet in its order, a word that says so.</summary>
    public static bool IsToken(ReadOnlySpan<byte> value) => Repeats(value) || HasWord(value);

    /// <summary>Whether one byte stands five times in a row, or eight ascend one by one. Letters A and slashes pad real keys, so more of these pass.</summary>
    public static bool Repeats(ReadOnlySpan<byte> value)
    {
        int same = 1;
        int rising = 1;
        for (int i = 1; i < value.Length; i++)
        {
            same = value[i] == value[i - 1] ? same + 1 : 1;
            rising = value[i] == value[i - 1] + 1 || (value[i] == '0' && value[i - 1] == '9') ? rising + 1 : 1;
            if (same > (value[i] is (byte)'A' or (byte)'/' ? LongestPadding : LongestRepeat) || rising > LongestSequence)
                return true;
        }

        return false;
    }

    /// <summary>Whether a word that says so stands in it, in any case.</summary>
    public static bool HasWord(ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            byte lower = (byte)(value[i] | 0x20);
            if (lower is not ((byte)'e' or (byte)'p' or (byte)'y' or (byte)'c' or (byte)'d' or (byte)'s' or (byte)'r' or (byte)'i' or (byte)'x' or (byte)'n' or (byte)'*'))
                continue;
            foreach (byte[] word in Words)
            {
                if (i + word.Length <= value.Length && System.Text.Ascii.EqualsIgnoreCase(value.Slice(i, word.Length), word))
                    return true;
            }
        }

        return false;
    }

    private static byte[][] Bytes(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];
}
