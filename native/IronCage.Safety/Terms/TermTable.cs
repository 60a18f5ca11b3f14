using System.Numerics;
using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Terms;

/// <summary>
/// A million terms in little memory: their bytes one after another, and an open hash table of four bytes for each slot. A filter knows the beginnings of all
/// terms, so that most words of a text are let go after one look. Immutable.
/// </summary>
internal sealed class TermTable
{
    private const int TagBits = 8;
    private const int IndexBits = 32 - TagBits;

    private readonly bool ignoreCase;
    private readonly byte[] bytes;
    private readonly int[] offsets;
    private readonly byte[] leads;
    private readonly uint[] slots;
    private readonly ulong[] beginnings;
    private readonly int mask;
    private readonly ulong beginningMask;

    /// <exception cref="ScannerOptionException">A term is too long, or holds no letter and no digit.</exception>
    public TermTable(IReadOnlyList<string> terms, bool ignoreCase)
    {
        this.ignoreCase = ignoreCase;
        int size = 64;
        while (size < terms.Count * 3L / 2)
            size *= 2;
        mask = size - 1;
        slots = new uint[size];
        int filter = 1024;
        while (filter < terms.Count * 16L)
            filter *= 2;
        beginningMask = (ulong)filter - 1;
        beginnings = new ulong[filter / 64];
        offsets = new int[terms.Count + 1];
        leads = new byte[terms.Count];
        var blob = new MemoryStream();
        int count = 0;
        Span<byte> buffer = stackalloc byte[3 * TermDictionary.MostBytes];
        for (int i = 0; i < terms.Count; i++)
        {
            ReadOnlySpan<byte> term = Encode(terms[i], i, buffer);
            int lead = LeadOf(term, i);
            ulong hash = EnterBeginnings(term, lead);
            if (IsKnown(blob, term, lead, hash))
                continue;
            Longest = Math.Max(Longest, term.Length - lead);
            LongestLead = Math.Max(LongestLead, lead);
            blob.Write(term);
            leads[count] = (byte)lead;
            offsets[++count] = checked((int)blob.Length);
            Enter(hash, count);
        }

        Count = count;
        bytes = blob.ToArray();
        Array.Resize(ref offsets, count + 1);
        Array.Resize(ref leads, count);
    }

    /// <summary>How many different terms there are.</summary>
    public int Count { get; }

    /// <summary>Bytes of the longest term, without what stands before its first letter or digit.</summary>
    public int Longest { get; }

    /// <summary>The most bytes before the first letter or digit of a term.</summary>
    public int LongestLead { get; }

    public TermReader Read(ReadOnlySpan<byte> text, int at, bool final) => new(text, at, final, ignoreCase);

    /// <summary>Whether a term may begin with what has this hash.</summary>
    public bool MayBegin(ulong hash)
    {
        ulong bit = Spread(hash) & beginningMask;
        return (beginnings[bit >> 6] >> (int)(bit & 63) & 1) != 0;
    }

    /// <summary>The longest way to the left that a term of this hash takes: the bytes before <paramref name="place"/> that belong to it; -1 when there is no such term.</summary>
    public int Find(ulong hash, ReadOnlySpan<byte> text, int place, int end)
    {
        int best = -1;
        int slot = Slot(hash);
        for (uint entry = slots[slot]; entry != 0; entry = slots[slot])
        {
            if (entry >> IndexBits == Tag(hash))
            {
                int index = (int)(entry & ((1U << IndexBits) - 1)) - 1;
                int lead = leads[index];
                ReadOnlySpan<byte> term = bytes.AsSpan(offsets[index], offsets[index + 1] - offsets[index]);
                if (lead > best && lead <= place && text[(place - lead)..place].SequenceEqual(term[..lead]) && Same(term[lead..], text[place..end], hash))
                    best = lead;
            }

            slot = (slot + 1) & mask;
        }

        return best;
    }

    private static int LeadOf(ReadOnlySpan<byte> term, int number)
    {
        int lead = 0;
        while (lead < term.Length)
        {
            Rune.DecodeFromUtf8(term[lead..], out Rune rune, out int length);
            if (TermReader.IsAlone(rune.Value) || (rune.Value != '_' && TermReader.IsWordly(rune.Value)))
                return lead <= TermDictionary.MostLead ? lead : throw Wrong(number, $"has more than {TermDictionary.MostLead} bytes before its first letter or digit");
            lead += length;
        }

        throw Wrong(number, "has no letter and no digit");
    }

    private static ScannerOptionException Wrong(int number, string problem) => new($"terms[{number}]", problem);

    private static uint Tag(ulong hash) => (uint)(hash >> (64 - TagBits));

    private static ulong Spread(ulong hash) => (hash ^ hash >> 32) * 0xD6E8FEB86659FD93 >> 8;

    private int Slot(ulong hash) => (int)(Spread(hash) >> 10) & mask;

    private static ReadOnlySpan<byte> Encode(string? term, int number, Span<byte> buffer)
    {
        if (term is null || term.Length > TermDictionary.MostBytes)
            throw Wrong(number, $"must have 1 to {TermDictionary.MostBytes} bytes of UTF-8");
        ReadOnlySpan<byte> bytes = buffer[..Encoding.UTF8.GetBytes(term, buffer)];
        if (bytes.Trim(" \t\r\n"u8).Length > TermDictionary.MostBytes)
            throw Wrong(number, $"must have 1 to {TermDictionary.MostBytes} bytes of UTF-8");
        bytes = WholeFold.Of(bytes).Trim(" \t\r\n"u8); // the text is folded, too
        return bytes.Length is > 0 and <= TermDictionary.MostBytes ? bytes : throw Wrong(number, $"must have 1 to {TermDictionary.MostBytes} bytes of UTF-8");
    }

    private ulong EnterBeginnings(ReadOnlySpan<byte> term, int lead)
    {
        TermReader reader = Read(term, lead, final: true);
        while (reader.At < term.Length)
        {
            reader.Next(int.MaxValue);
            ulong bit = Spread(reader.Hash) & beginningMask;
            beginnings[bit >> 6] |= 1UL << (int)(bit & 63);
        }

        return reader.Hash;
    }

    private bool IsKnown(MemoryStream blob, ReadOnlySpan<byte> term, int lead, ulong hash)
    {
        int slot = Slot(hash);
        for (uint entry = slots[slot]; entry != 0; entry = slots[slot])
        {
            int index = (int)(entry & ((1U << IndexBits) - 1)) - 1;
            if (entry >> IndexBits == Tag(hash) && leads[index] == lead)
            {
                ReadOnlySpan<byte> other = blob.GetBuffer().AsSpan(offsets[index], offsets[index + 1] - offsets[index]);
                if (other[..lead].SequenceEqual(term[..lead]) && Same(other[lead..], term[lead..], hash))
                    return true;
            }

            slot = (slot + 1) & mask;
        }

        return false;
    }

    private void Enter(ulong hash, int number)
    {
        int slot = Slot(hash);
        while (slots[slot] != 0)
            slot = (slot + 1) & mask;
        slots[slot] = Tag(hash) << IndexBits | (uint)number;
    }

    private bool Same(ReadOnlySpan<byte> term, ReadOnlySpan<byte> text, ulong hash)
    {
        if (term.SequenceEqual(text))
            return true;
        TermReader reader = Read(term, 0, final: true);
        while (reader.At < term.Length)
            reader.Next(int.MaxValue);
        return reader.Hash == hash;
    }
}
