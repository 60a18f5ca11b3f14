using System.Runtime.CompilerServices;
using System.Text;

namespace IronCage.Safety.Text;

/// <summary>The words of many <see cref="ContextSet"/>s, looked up together: the text left of a place is split into words once, whatever the number of sets.</summary>
internal sealed class ContextIndex
{
    private const int MostWords = LeftContext.Width / 3;
    private const int FilterBits = 17;

    /// <summary>Bit h is set where a word, or a beginning of a phrase, hashes to h.</summary>
    private readonly ulong[] filter = new ulong[1 << (FilterBits - 6)];

    private readonly ContextHeads heads = new();
    private readonly ulong[] keys;
    private readonly ushort[] values;
    private readonly ContextBits[] bits;
    private readonly int mask;

    public ContextIndex(IEnumerable<ContextSet> sets)
    {
        var phrases = new Dictionary<ulong, ContextBits>();
        var folding = new FoldedText();
        foreach (ContextSet set in sets)
        {
            foreach (string phrase in set.Words)
            {
                folding.Reset();
                ulong hash = Enter(folding.Push(Encoding.UTF8.GetBytes(phrase), final: true));
                phrases.TryGetValue(hash, out ContextBits known);
                known.Add(set);
                phrases[hash] = known;
            }
        }

        int size = 64;
        while (size < phrases.Count * 2)
            size *= 2;
        mask = size - 1;
        keys = new ulong[size];
        values = new ushort[size];
        bits = [default, .. phrases.Values];
        ushort number = 0;
        foreach (ulong hash in phrases.Keys)
        {
            int slot = (int)(hash >> 32) & mask;
            while (values[slot] != 0)
                slot = (slot + 1) & mask;
            keys[slot] = hash;
            values[slot] = ++number;
        }
    }

    /// <summary>The sets of which a word stands in <see cref="LeftContext"/> of <paramref name="start"/>.</summary>
    [SkipLocalsInit]
    public ContextBits Find(ReadOnlySpan<byte> text, int start)
    {
        ContextBits found = default;
        if (bits.Length == 1)
            return found;
        ReadOnlySpan<byte> left = LeftContext.Before(text, start);
        Span<WordSpan> words = stackalloc WordSpan[LeftContext.Width];
        bool isCut = left.Length < start && IsCut(text, start - left.Length);
        int count = AsciiWords.Split(left, isCut, words);
        bool isAscii = count >= 0;
        if (!isAscii)
            count = ContextWords.Split(left, isCut, words);
        for (int first = 0; first < count; first++)
        {
            if (!isAscii || heads.MayBegin(left[words[first].Start..words[first].End]))
                Read(left, words[first..count], ref found);
        }

        return found;
    }

    /// <summary>Where the last word or phrase of a set left of <paramref name="start"/> begins; -1 where there is none.</summary>
    public int Last(ReadOnlySpan<byte> text, int start, ContextSet set)
    {
        ReadOnlySpan<byte> left = LeftContext.Before(text, start);
        Span<WordSpan> words = stackalloc WordSpan[LeftContext.Width];
        int count = ContextWords.Split(left, isCut: left.Length < start && IsCut(text, start - left.Length), words);
        for (int first = count - 1; first >= 0; first--)
        {
            ContextBits found = default;
            Read(left, words[first..count], ref found);
            if (found.Has(set))
                return start - left.Length + words[first].Start;
        }

        return -1;
    }

    /// <summary>Adds the sets that have a phrase which begins with the first of <paramref name="words"/>.</summary>
    private void Read(ReadOnlySpan<byte> left, ReadOnlySpan<WordSpan> words, ref ContextBits found)
    {
        ulong hash = ContextWords.Seed;
        for (int word = 0; word < words.Length && word < MostWords; word++)
        {
            if (word > 0 && !words[word].Follows(words[word - 1]))
                break;
            ReadOnlySpan<byte> bytes = left[words[word].Start..words[word].End];
            if (words[word].IsPlural && Lookup(ContextWords.Hash(hash, bytes[..^1])) is > 0 and var singular)
                found.Add(bits[singular]);
            hash = ContextWords.Hash(hash, bytes);
            if (!MayBegin(hash))
                break;
            if (Lookup(hash) is > 0 and var entry)
                found.Add(bits[entry]);
        }
    }

    /// <summary>How many bytes lie between <paramref name="start"/> and the end of the nearest word of a set left of it; <see cref="int.MaxValue"/> when there is none.</summary>
    public int Distance(ReadOnlySpan<byte> text, int start, ContextSet set)
    {
        ReadOnlySpan<byte> left = LeftContext.Before(text, start);
        Span<WordSpan> words = stackalloc WordSpan[LeftContext.Width];
        int count = ContextWords.Split(left, isCut: left.Length < start && ContextWords.IsLetterEnd(text[start - left.Length - 1]), words);
        int nearest = int.MaxValue;
        for (int first = count - 1; first >= 0; first--)
        {
            ulong hash = ContextWords.Seed;
            for (int word = first; word < count && word - first < MostWords; word++)
            {
                if (word > first && !words[word].Follows(words[word - 1]))
                    break;
                ReadOnlySpan<byte> bytes = left[words[word].Start..words[word].End];
                bool found = words[word].IsPlural && Lookup(ContextWords.Hash(hash, bytes[..^1])) is > 0 and var singular && bits[singular].Has(set);
                hash = ContextWords.Hash(hash, bytes);
                if (found || (Lookup(hash) is > 0 and var entry && bits[entry].Has(set)))
                    nearest = Math.Min(nearest, left.Length - words[word].End);
                if (!MayBegin(hash))
                    break;
            }
        }

        return nearest;
    }

    /// <summary>Whether the word there is a rest: behind a letter, or behind a redacted form, which may have taken its beginning.</summary>
    public static bool IsCut(ReadOnlySpan<byte> text, int place) => place > 0 && (ContextWords.IsLetterEnd(text[place - 1]) || ReplacedForm.IsAtEnd(text[..place]));

    private bool MayBegin(ulong hash) => (filter[(int)(hash >> (64 - FilterBits)) >> 6] >> (int)(hash >> (64 - FilterBits)) & 1) != 0;

    private int Lookup(ulong hash)
    {
        if (!MayBegin(hash))
            return 0;
        int slot = (int)(hash >> 32) & mask;
        while (values[slot] != 0)
        {
            if (keys[slot] == hash)
                return values[slot];
            slot = (slot + 1) & mask;
        }

        return 0;
    }

    private ulong Enter(ReadOnlySpan<byte> phrase)
    {
        Span<WordSpan> words = stackalloc WordSpan[phrase.Length];
        int count = ContextWords.Split(phrase, isCut: false, words);
        if (count == 0)
            throw new ArgumentException("A context phrase has at least one word.", nameof(phrase));
        // Of a phrase that is longer than the context, the end.
        words = words[Math.Max(0, count - MostWords)..count];
        ulong hash = ContextWords.Seed;
        var joined = new List<byte>();
        foreach (WordSpan word in words)
        {
            joined.AddRange(phrase[word.Start..word.End]);
            heads.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(joined));
            hash = ContextWords.Hash(hash, phrase[word.Start..word.End]);
            int bit = (int)(hash >> (64 - FilterBits));
            filter[bit >> 6] |= 1UL << (bit & 63);
        }

        return hash;
    }
}
