using IronCage.Safety.Recognisers;
using IronCage.Safety.Text.Encoded;

namespace IronCage.Safety.Text;

/// <summary>What recognisers that look at the same place share, so that it is read once. Belongs to one scan at a time.</summary>
internal sealed class ScanScratch
{
    private readonly NumberRun number = new();
    private RecogniserSet? set;
    private ContextBits bits;
    private DecodedRun? decoded;
    private long contextAt = -1;
    private long numberAt = -1;

    /// <summary>Where runs are decoded.</summary>
    public DecodedRun Decoded => decoded ??= new DecodedRun();

    /// <summary>Forgets what was read: the text, what is at hand of it, or the scanner changed.</summary>
    public void Begin(RecogniserSet recognisers)
    {
        set = recognisers;
        contextAt = numberAt = -1;
    }

    public ref readonly ContextBits Contexts(in TextWindow window, int start)
    {
        if (contextAt != start)
        {
            bits = set!.Contexts.Find(window.Bytes, start);
            contextAt = start;
        }

        return ref bits;
    }

    /// <summary>Where the last word of a set left of <paramref name="start"/> begins; -1 where there is none. Not remembered: for the few places where something was found.</summary>
    public int LastContext(in TextWindow window, ContextSet words, int start) => set!.Contexts.Last(window.Bytes, start, words);
    public int ContextDistance(in TextWindow window, ContextSet words, int start) => set!.Contexts.Distance(window.Bytes, start, words);

    public NumberRun Number(in TextWindow window, int start)
    {
        if (numberAt != start)
        {
            number.Read(window, start);
            numberAt = start;
        }

        return number;
    }
}
