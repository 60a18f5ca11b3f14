using IronCage.Safety.Recognisers;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Recognisers.Secrets;
using IronCage.Safety.Text.Encoded;

namespace IronCage.Safety.Text;

/// <summary>What recognisers that look at the same place share, so that it is read once. Belongs to one scan at a time.</summary>
internal sealed class ScanScratch
{
    private readonly NumberRun number = new();
    private RecogniserSet? set;
    private ContextBits bits;
    private DecodedRun? decoded;
    private PassedText passed;
    private long contextAt = -1;
    private long numberAt = -1;
    private TokenRuns runs;
    private long runsAt = -1;

    /// <summary>Where runs are decoded.</summary>
    public DecodedRun Decoded => decoded ??= new DecodedRun();

    /// <summary>How far the text needs no further look.</summary>
    public ref PassedText Passed => ref passed;

    /// <summary>Begins another text.</summary>
    public void BeginText(RecogniserSet recognisers)
    {
        passed = default;
        Begin(recognisers);
    }

    /// <summary>Forgets what was read: the text, what is at hand of it, or the scanner changed.</summary>
    public void Begin(RecogniserSet recognisers)
    {
        set = recognisers;
        contextAt = numberAt = runsAt = -1;
    }

    public ref readonly ContextBits Contexts(in TextWindow window, int start)
    {
        if (contextAt != start)
        {
            set!.Contexts.Find(window.Bytes, start, out bits);
            contextAt = start;
        }

        return ref bits;
    }

    /// <summary>Where the last word of a set left of <paramref name="start"/> begins; -1 where there is none. Not remembered: for the few places where something was found.</summary>
    public int LastContext(in TextWindow window, ContextSet words, int start) => set!.Contexts.Last(window.Bytes, start, words);

    public int ContextDistance(in TextWindow window, ContextSet words, int start) => set!.Contexts.Distance(window.Bytes, start, words);

    /// <summary>The runs of token characters from <paramref name="start"/> on.</summary>
    public ref readonly TokenRuns Runs(in TextWindow window, int start)
    {
        if (runsAt != start)
        {
            runs = TokenRuns.Read(window.Bytes, start);
            runsAt = start;
        }

        return ref runs;
    }

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
