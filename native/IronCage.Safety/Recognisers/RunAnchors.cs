using System.Buffers.Binary;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Picks places of a long run by the bytes around them alone, some 50 bytes apart, so that they are the same however the text is cut and wherever in it the run lies: those at which
/// a hash of the last four bytes is the greatest within <see cref="Width"/> bytes on both sides.
/// </summary>
internal static class RunAnchors
{
    /// <summary>How far around an anchor no hash is greater.</summary>
    public const int Width = 24;

    /// <summary>The most there are in one <see cref="Trigger.Block"/>.</summary>
    public const int Most = (TriggerSearch.BlockWidth / (Width + 1)) + 1;

    private const int HashedBytes = 4;
    private const uint Multiplier = 0x9E3779B1;

    /// <summary>Finds those of the block that begins at <paramref name="place"/>.</summary>
    /// <param name="text">The text, to the end of the run or to <see cref="Width"/> bytes behind the block.</param>
    /// <param name="place">Where the block begins.</param>
    /// <param name="anchors">Receives them.</param>
    /// <returns>How many there are. Those less than <see cref="Width"/> bytes, and the hashed ones, behind the beginning of the run depend on what is before it.</returns>
    public static int Find(ReadOnlySpan<byte> text, int place, Span<int> anchors)
    {
        int first = Math.Max(HashedBytes - 1, place - Width);
        Span<uint> hashes = stackalloc uint[TriggerSearch.BlockWidth + (2 * Width)];
        hashes = hashes[..Math.Max(0, text.Length - first)];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = BinaryPrimitives.ReadUInt32LittleEndian(text[(first + i - HashedBytes + 1)..]) * Multiplier;

        int count = 0;
        int end = Math.Min(hashes.Length, place - first + TriggerSearch.BlockWidth);
        int at = Math.Max(0, place - first);
        while (at < end)
        {
            uint hash = hashes[at];
            int next = at + 1;
            int last = Math.Min(hashes.Length - 1, at + Width);
            while (next <= last && hashes[next] < hash)
                next++;
            if (next <= last)
            {
                // What lies between is less than the one before it.
                at = next;
                continue;
            }

            if (IsGreatest(hashes[Math.Max(0, at - Width)..at], hash))
                anchors[count++] = first + at;
            at = next;
        }

        return count;
    }

    private static bool IsGreatest(ReadOnlySpan<uint> before, uint hash)
    {
        foreach (uint other in before)
        {
            if (other > hash)
                return false;
        }

        return true;
    }
}
