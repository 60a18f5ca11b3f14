using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>The recognisers that can find something at a long word, by its first two bytes. Immutable.</summary>
internal sealed class WordIndex
{
    private const int Ascii = 128;

    private readonly Recogniser[] all;
    private readonly byte[] setOf = new byte[Ascii * Ascii];
    private readonly Recogniser[][] sets;

    /// <param name="recognisers">Those that are asked at long words, in order; 32 at most.</param>
    public WordIndex(Recogniser[] recognisers)
    {
        all = recognisers;
        var known = new Dictionary<uint, byte>();
        var found = new List<Recogniser[]> { all };
        for (int first = 0; first < Ascii; first++)
        {
            if (!ByteClass.IsWord((byte)first))
                continue;
            for (int second = 0; second < Ascii; second++)
            {
                uint takers = Takers((byte)first, (byte)second);
                if (!known.TryGetValue(takers, out byte set))
                {
                    known[takers] = set = checked((byte)found.Count);
                    found.Add([.. all.Where((_, i) => (takers >> i & 1) != 0)]);
                }

                setOf[(first * Ascii) + second] = set;
            }
        }

        sets = [.. found];
    }

    private uint Takers(byte first, byte second)
    {
        uint takers = 0;
        for (int i = 0; i < all.Length; i++)
            takers |= all[i].MayTakeWord(first, second) ? 1U << i : 0;
        return takers;
    }

    /// <summary>Those to ask at the word at <paramref name="place"/>.</summary>
    public Recogniser[] At(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        return start + 1 < text.Length && text[start] < Ascii && text[start + 1] < Ascii ? sets[setOf[(text[start] * Ascii) + text[start + 1]]] : all;
    }
}
