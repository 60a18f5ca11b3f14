namespace IronCage.Runtime.Calls;

/// <summary>Counts Unicode code points, which are what Python calls characters.</summary>
public static class CodePoints
{
    /// <summary>Code points in UTF-8 bytes: every byte that does not continue another.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var b in utf8)
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }
}
