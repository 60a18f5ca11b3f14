namespace IronCage.Lang;

/// <summary>
/// JSON as Python servers write it: NaN, Infinity and -Infinity stand where numbers may. Readers in Python take it, so it must be read here, too.
/// </summary>
internal static class NonFinite
{
    /// <summary>A copy of the same length in which those words outside strings are a zero and spaces; null when there is none.</summary>
    public static byte[]? Blank(ReadOnlySpan<byte> json)
    {
        byte[]? copy = null;
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == (byte)'"')
            {
                for (i++; i < json.Length && json[i] != (byte)'"'; i++)
                {
                    if (json[i] == (byte)'\\')
                        i++;
                }
                continue;
            }
            var word = json[i..].StartsWith("NaN"u8) ? 3 : json[i..].StartsWith("Infinity"u8) ? 8 : json[i..].StartsWith("-Infinity"u8) ? 9 : 0;
            if (word == 0)
                continue;
            copy ??= json.ToArray();
            copy.AsSpan(i, word).Fill((byte)' ');
            copy[i] = (byte)'0';
            i += word - 1;
        }
        return copy;
    }
}
