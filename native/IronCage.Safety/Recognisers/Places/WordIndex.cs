using IronCage.Safety.Recognisers.Secrets;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>The recognisers that can find something at a long word, by its first two bytes and whether it is long without full stops too. Immutable.</summary>
internal sealed class WordIndex
{
    /// <summary>The fewest letters, digits and signs of Base64 in a row that stand for something without a word or a name.</summary>
    private const int FewestSigns = 24;

    private const int Ascii = 128;

    private readonly Recogniser[] all;
    private readonly byte[] setOf = new byte[2 * Ascii * Ascii];
    private readonly Recogniser[][] sets;

    /// <param name="recognisers">Those that are asked at long words, in order; 32 at most.</param>
    public WordIndex(Recogniser[] recognisers)
    {
        all = recognisers;
        var known = new Dictionary<uint, byte>();
        var found = new List<Recogniser[]> { all };
        uint last = 0;
        byte set = 0;
        for (int index = 0; index < setOf.Length; index++)
        {
            byte first = (byte)(index / Ascii % Ascii);
            if (!ByteClass.IsWord(first))
                continue;
            uint takers = Takers(first, (byte)(index % Ascii), isShort: index >= Ascii * Ascii);
            bool isLast = set > 0 && takers == last;
            if (!isLast && !known.TryGetValue(takers, out set))
            {
                known[takers] = set = checked((byte)found.Count);
                found.Add([.. all.Where((_, i) => (takers >> i & 1) != 0)]);
            }

            (setOf[index], last) = (set, takers);
        }

        sets = [.. found];
    }

    private uint Takers(byte first, byte second, bool isShort)
    {
        uint takers = 0;
        for (int i = 0; i < all.Length; i++)
            takers |= all[i].MayTakeWord(first, second, isShort) ? 1U << i : 0;
        return takers;
    }

    /// <summary>Those to ask at the word at <paramref name="place"/>.</summary>
    public Recogniser[] At(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        if (start + 1 >= text.Length || text[start] >= Ascii || text[start + 1] >= Ascii)
            return all;
        int index = (text[start] * Ascii) + text[start + 1];
        return sets[setOf[IsShort(text, start, window.Scratch.Runs(window, start)) ? index + (Ascii * Ascii) : index]];
    }

    /// <summary>
    /// Whether a word is too short for a run of Base64 or of another encoding, and does not go on behind a <c>-</c> or <c>_</c>: made long only by full stops, colons, slashes, as hosts and
    /// paths are. All of it is at hand.
    /// </summary>
    public static bool IsShort(ReadOnlySpan<byte> text, int start, in TokenRuns runs)
    {
        int end = start + runs.Base64;
        return Math.Max(runs.UrlSafe, runs.Base64) < FewestSigns && runs.UrlSafe == runs.Alnum && end < text.Length && text[end] is not ((byte)'-' or (byte)'_');
    }
}
