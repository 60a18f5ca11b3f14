using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>The recognisers that can find something at a long word, by its first two bytes. Immutable.</summary>
internal sealed class WordIndex
{
    private const int Ascii = 128;

    private readonly Recogniser[] all;
    private readonly byte[] setOf = new byte[Ascii * Ascii];
    private readonly Recogniser[][] sets;

    /// <param name="recognisers">Those that are asked at long words, in order.</param>
    public WordIndex(Recogniser[] recognisers)
    {
        all = recognisers;
        var known = new Dictionary<string, byte>(StringComparer.Ordinal);
        var found = new List<Recogniser[]>();
        for (int pair = 0; pair < setOf.Length; pair++)
        {
            bool[] takes = [.. all.Select(recogniser => recogniser.MayTakeWord((byte)(pair / Ascii), (byte)(pair % Ascii)))];
            string key = string.Concat(takes.Select(taken => taken ? '1' : '0'));
            if (!known.TryGetValue(key, out byte set))
            {
                known[key] = set = checked((byte)found.Count);
                found.Add([.. all.Where((_, i) => takes[i])]);
            }

            setOf[pair] = set;
        }

        sets = [.. found];
    }

    /// <summary>Those to ask at the word at <paramref name="place"/>.</summary>
    public Recogniser[] At(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        return start + 1 < text.Length && text[start] < Ascii && text[start + 1] < Ascii ? sets[setOf[(text[start] * Ascii) + text[start + 1]]] : all;
    }
}
