using System.Numerics;
using System.Text;

namespace IronCage.Safety.Text;

/// <summary>The words of many <see cref="ContextSet"/>s, looked up together: the text left of a place is split into words once, whatever the number of sets.</summary>
internal sealed class ContextIndex
{
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
    public void Find(ReadOnlySpan<byte> text, int start, out ContextBits found)
    {
        found = default;
        if (bits.Length == 1)
            return;
        ReadOnlySpan<byte> left = Left(text, start, out WordMasks words);
        ulong begins = words.IsAscii ? heads.Beginnings(text, start - left.Length, words) : words.Begins;
        for (; begins != 0; begins &= begins - 1)
        {
            var phrases = new PhraseWalk(left, words, words.Begins & (ulong.MaxValue << BitOperations.TrailingZeroCount(begins)));
            while (Next(ref phrases, out int phrase))
                found.Add(bits[phrase]);
        }
    }

    /// <summary>As above.</summary>
    public ContextBits Find(ReadOnlySpan<byte> text, int start)
    {
        Find(text, start, out ContextBits found);
        return found;
    }

    /// <summary>Where the last word or phrase of a set left of <paramref name="start"/> begins; -1 where there is none.</summary>
    public int Last(ReadOnlySpan<byte> text, int start, ContextSet set)
    {
        ReadOnlySpan<byte> left = Left(text, start, out WordMasks words);
        int last = -1;
        for (ulong rest = words.Begins; rest != 0; rest &= rest - 1)
        {
            var phrases = new PhraseWalk(left, words, rest);
            while (Next(ref phrases, out int phrase))
            {
                if (bits[phrase].Has(set))
                    last = start - left.Length + BitOperations.TrailingZeroCount(rest);
            }
        }

        return last;
    }

    /// <summary>How many bytes lie between <paramref name="start"/> and the end of the nearest word of a set left of it; <see cref="int.MaxValue"/> when there is none.</summary>
    public int Distance(ReadOnlySpan<byte> text, int start, ContextSet set)
    {
        ReadOnlySpan<byte> left = Left(text, start, out WordMasks words);
        int nearest = int.MaxValue;
        for (ulong rest = words.Begins; rest != 0; rest &= rest - 1)
        {
            var phrases = new PhraseWalk(left, words, rest);
            while (Next(ref phrases, out int phrase))
            {
                if (bits[phrase].Has(set))
                    nearest = Math.Min(nearest, left.Length - phrases.End);
            }
        }

        return nearest;
    }

    private static ReadOnlySpan<byte> Left(ReadOnlySpan<byte> text, int start, out WordMasks words)
    {
        ReadOnlySpan<byte> left = LeftContext.Before(text, start);
        words = WordMasks.Read(left, isCut: left.Length < start && IsCut(text, start - left.Length));
        return left;
    }

    /// <summary>Moves to the next word or phrase of any set that begins where the walk began.</summary>
    private bool Next(ref PhraseWalk walk, out int phrase)
    {
        phrase = walk.TakeWhole();
        while (phrase == 0 && walk.Next(out ReadOnlySpan<byte> word))
        {
            if (walk.IsPlural)
                phrase = Lookup(ContextWords.Hash(walk.Hash, word[..^1]));
            walk.Hash = ContextWords.Hash(walk.Hash, word);
            int whole = 0;
            if (!MayBegin(walk.Hash))
                walk.Close();
            else
                whole = Lookup(walk.Hash);
            if (phrase == 0)
                phrase = whole;
            else
                walk.Whole = whole;
        }

        return phrase != 0;
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
        words = words[Math.Max(0, count - PhraseWalk.MostWords)..count];
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
