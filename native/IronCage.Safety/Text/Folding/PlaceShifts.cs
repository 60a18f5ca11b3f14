namespace IronCage.Safety.Text.Folding;

/// <summary>By how much places of a text lie behind those of its folded form.</summary>
/// <remarks>
/// A sequence that folds to bytes shifts every place from its end on. One that folds to nothing lies between two bytes: what ends there ends before it, what begins
/// there begins behind it. Twice the place tells both apart: odd within a sequence, even between two bytes.
/// </remarks>
internal sealed class PlaceShifts
{
    private const int KeptCapacity = 1 << 16;

    private (long At, long Extra)[] entries = [];
    private int first;
    private int count;
    private long settled;

    /// <summary>Whether places are the same in both.</summary>
    public bool IsEmpty => count == 0 && settled == 0;

    public void Reset()
    {
        first = count = 0;
        settled = 0;
        if (entries.Length > KeptCapacity)
            entries = [];
    }

    /// <summary>Adds a sequence whose folded bytes end at <paramref name="end"/>.</summary>
    public void AddWithin(long end, int extra) => Add((2 * end) - 1, extra);

    /// <summary>Adds a sequence that folds to nothing, at <paramref name="place"/>.</summary>
    public void AddBetween(long place, int extra) => Add(2 * place, extra);

    /// <summary>The sum of the shifts before a place; those at the place itself too if <paramref name="inclusive"/>.</summary>
    public long Before(long place, bool inclusive)
    {
        long limit = inclusive ? 2 * place : (2 * place) - 1;
        long sum = settled;
        for (int i = first; i < count && entries[i].At <= limit; i++)
            sum += entries[i].Extra;
        return sum;
    }

    /// <summary>Forgets single shifts before a place: only places from there on are asked for.</summary>
    public void Settle(long place)
    {
        while (first < count && entries[first].At < 2 * place)
            settled += entries[first++].Extra;
        if (first == count)
            first = count = 0;
    }

    private void Add(long at, int extra)
    {
        if (count > first && entries[count - 1].At == at)
        {
            entries[count - 1].Extra += extra;
            return;
        }

        if (count == entries.Length)
            MakeRoom();
        entries[count++] = (at, extra);
    }

    private void MakeRoom()
    {
        if (first > count / 2)
        {
            Array.Copy(entries, first, entries, 0, count - first);
            (first, count) = (0, count - first);
            return;
        }

        Array.Resize(ref entries, Math.Max(16, entries.Length * 2));
    }
}
