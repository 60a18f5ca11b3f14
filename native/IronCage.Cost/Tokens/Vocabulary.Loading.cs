using System.Numerics;
using System.Runtime.InteropServices;

namespace IronCage.Cost;

/// <summary>How the tables are made from the embedded form, which build/vocabulary/CompileVocabulary.cs writes.</summary>
internal sealed partial class Vocabulary
{
    /// <summary>Reads an embedded vocabulary by its tokenizer's name.</summary>
    /// <exception cref="InvalidOperationException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not a vocabulary: the library is damaged.</exception>
    public static unsafe Vocabulary Load(string tokenizer)
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream(tokenizer + ".vocabulary")
            ?? throw new InvalidOperationException($"the vocabulary {tokenizer} is not embedded");
        // Resources lie in the mapped library: no copy is needed.
        if (stream is UnmanagedMemoryStream mapped)
            return new Vocabulary(new ReadOnlySpan<byte>(mapped.PositionPointer, checked((int)mapped.Length)));
        var copy = new byte[stream.Length];
        stream.ReadExactly(copy);
        return new Vocabulary(copy);
    }

    private unsafe Vocabulary(ReadOnlySpan<byte> compiled)
    {
        var count = Number(ref compiled);
        if (count is < Bytes or > 1 << RankBits)
            throw Damaged();
        lengths = new byte[count];
        parts = new (uint, uint)[count];
        merges = new ulong[TableLength(count - Bytes, out mergeShift)];
        // The texts of short and medium tokens, without the mark of their end; gone when the tables are made.
        var texts = (UInt128*)NativeMemory.Alloc((nuint)count, (nuint)sizeof(UInt128));
        try
        {
            var longTexts = new List<byte>(1 << 18);
            for (var i = 0; i < Bytes; i++)
            {
                if (compiled.IsEmpty)
                    throw Damaged();
                texts[i] = compiled[0];
                lengths[i] = 1;
                ofByte[compiled[0]] = (uint)i;
                compiled = compiled[1..];
            }
            var longPlaces = new Dictionary<uint, int>(1 << 13);
            int shorts = Bytes, mediums = 0;
            for (var i = Bytes; i < count; i++)
            {
                int left = Number(ref compiled), right = Number(ref compiled);
                if (left >= i || right >= i || lengths[left] + lengths[right] > byte.MaxValue)
                    throw Damaged();
                parts[i] = ((uint)left, (uint)right);
                AddMerge((uint)left, (uint)right, (uint)i);
                var length = lengths[left] + lengths[right];
                lengths[i] = (byte)length;
                if (length <= LongestMedium)
                {
                    texts[i] = texts[left] | texts[right] << 8 * lengths[left];
                    _ = length <= LongestShort ? shorts++ : mediums++;
                    continue;
                }
                longPlaces.Add((uint)i, longTexts.Count);
                Append(left);
                Append(right);

                void Append(int token)
                {
                    if (longPlaces.TryGetValue((uint)token, out var start))
                        longTexts.AddRange(CollectionsMarshal.AsSpan(longTexts).Slice(start, lengths[token]).ToArray());
                    else
                        for (var b = 0; b < lengths[token]; b++)
                            longTexts.Add((byte)(texts[token] >> 8 * b));
                }
            }
            if (!compiled.IsEmpty)
                throw Damaged();
            shortKeys = new ulong[TableLength(shorts, out shortShift)];
            shortRanks = new uint[shortKeys.Length];
            mediumKeys = new (ulong, ulong)[TableLength(mediums, out mediumShift)];
            mediumRanks = new uint[mediumKeys.Length];
            for (var i = 0; i < count; i++)
            {
                if (lengths[i] <= LongestShort)
                    AddShort((ulong)texts[i], lengths[i], (uint)i);
                else if (lengths[i] <= LongestMedium)
                    AddMedium(texts[i], lengths[i], (uint)i);
            }
            longBytes = [.. longTexts];
            longTokens = new LongToken[TableLength(longPlaces.Count, out longShift)];
            longShift -= 32;
            var seen = new SortedSet<byte>();
            foreach (var (rank, start) in longPlaces)
            {
                AddLong(rank, start, lengths[rank]);
                if (lengths[rank] > LongestStart)
                    seen.Add(lengths[rank]);
            }
            longLengths = [.. seen.Reverse()];
        }
        finally
        {
            NativeMemory.Free(texts);
        }
    }

    /// <summary>A power of two, so that the table is at most four fifths full.</summary>
    private static int TableLength(int entries, out int shift)
    {
        var length = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, entries + entries / 4L));
        shift = 64 - BitOperations.Log2((uint)length);
        return length;
    }

    private static int Number(ref ReadOnlySpan<byte> compiled)
    {
        var value = 0;
        for (var i = 0; i < compiled.Length && i < 4; i++)
        {
            value |= (compiled[i] & 0x7F) << 7 * i;
            if (compiled[i] < 0x80)
            {
                compiled = compiled[(i + 1)..];
                return value;
            }
        }
        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("an embedded vocabulary is damaged");

    private void AddMerge(uint left, uint right, uint rank)
    {
        var key = (ulong)left << RankBits | right;
        var hash = key * Mixer;
        mergeFilter[hash >> 64 - MergeFilterBits + 6] |= 1ul << (int)(hash >> 64 - MergeFilterBits);
        var slot = (int)(hash >> mergeShift);
        while (merges[slot] != 0)
            slot = slot + 1 & merges.Length - 1;
        merges[slot] = key << RankBits | rank;
    }

    private void AddShort(ulong text, int length, uint rank)
    {
        var key = Low(text, length);
        var slot = (int)(key * Mixer >> shortShift);
        while (shortKeys[slot] != 0)
            slot = slot + 1 & shortKeys.Length - 1;
        shortKeys[slot] = key;
        shortRanks[slot] = rank;
        if (length >= 3)
            AddStart(text, length);
        else if (length == 2)
            ofTwoBytes[(int)(text & 0xFF) << 8 | (int)(text >> 8)] = rank; // never 0: the lowest ranks are those of bytes
    }

    private void AddStart(ulong word, int length)
    {
        if (length < 5)
        {
            starts3[Start3(word)] |= (byte)(1 << length - 3);
            return;
        }
        starts3[Start3(word)] |= LongerStart3;
        if (length <= LongestShort)
        {
            starts5[Start5(word)] |= (byte)(1 << length - 3);
            return;
        }
        starts5[Start5(word)] |= LongerStart5;
        starts8[Start8(word)] |= length > LongestStart ? LongerStarts : 1u << length - 8;
    }

    private void AddMedium(UInt128 text, int length, uint rank)
    {
        ulong low = (ulong)text, high = (ulong)(text >> 64) | 1ul << 8 * length - 64;
        var slot = (int)(MixMedium(high, low) >> mediumShift);
        while (mediumKeys[slot].High != 0)
            slot = slot + 1 & mediumKeys.Length - 1;
        mediumKeys[slot] = (high, low);
        mediumRanks[slot] = rank;
        AddStart(low, length);
    }

    private unsafe void AddLong(uint rank, int start, int length)
    {
        fixed (byte* bytes = longBytes)
        {
            var text = bytes + start;
            var hash = HashLong(LoadWord(text), LoadWord(text + 8), LoadWord(text + length - 8), length);
            var slot = (int)(hash >> longShift);
            while (longTokens[slot].Length != 0)
                slot = slot + 1 & longTokens.Length - 1;
            longTokens[slot] = new LongToken(hash, rank, start, length);
            AddStart(LoadWord(text), length);
            var start16 = MixMedium(LoadWord(text + 8), LoadWord(text));
            starts16[start16 >> 64 - Starts16Bits + 6] |= 1ul << (int)(start16 >> 64 - Starts16Bits);
        }
    }
}
