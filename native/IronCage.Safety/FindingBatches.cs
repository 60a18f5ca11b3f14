using System.Runtime.InteropServices;
using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>The findings of one text, ascending and disjoint, some at a time, while it is scanned; made by <see cref="Scanner.Batches"/>. One thread at a time.</summary>
public ref struct FindingBatches
{
    /// <summary>Bytes that are folded at once: the memory that a long text takes in which something folds.</summary>
    private const int MostFolded = 1 << 16;

    [ThreadStatic]
    private static ScanPass? kept;

    private readonly ScannerOptions options;
    private readonly RecogniserSet recognisers;
    private readonly FindingFilter? filter;
    private readonly ReadOnlySpan<byte> text;
    private ScanPass? pass;
    private readonly TextWindow window;
    private readonly ScanStream? pieces;
    private int at;
    private long count;
    private bool goesOn;

    internal FindingBatches(ScannerOptions options, RecogniserSet recognisers, FindingFilter? filter, ReadOnlySpan<byte> text)
    {
        this.options = options;
        this.recognisers = recognisers;
        this.filter = filter;
        this.text = text;
        goesOn = true;

        // Another text may be scanned between two batches; and who stops before the last one leaves the pass taken.
        ScanPass? free = kept;
        if (free is null || free.IsTaken)
            kept = free = new ScanPass(isWhole: true);
        pass = free;
        pass.IsTaken = true;
        pass.Reset();
        bool isLong = text.Length > MostFolded;
        if (isLong && pass.Text.Changes(text, final: true))
            pieces = new ScanStream(recognisers, filter);
        else
            window = pass.Open(recognisers, isLong ? text : pass.Text.Push(text, final: true), final: true, origin: 0);
    }

    /// <summary>Moves on.</summary>
    /// <param name="batch">Receives the next findings, perhaps none; valid until the next call.</param>
    /// <returns>False when there are no more.</returns>
    /// <exception cref="ScanLimitException">There are more findings than the options allow.</exception>
    public bool Next(out ReadOnlySpan<Finding> batch)
    {
        batch = default;
        if (!goesOn)
        {
            // Not before: the last batch lies in it.
            if (pass is not null)
                pass.IsTaken = false;
            pass = null;
            return false;
        }

        if (pieces is null)
        {
            goesOn = pass!.Step(window, recognisers, filter, ref at);
            batch = pass.Whole;
        }
        else
        {
            batch = NextPiece(pieces);
        }

        count += batch.Length;
        ScanLimits.CheckFindings(options, count);
        return true;
    }

    private ReadOnlySpan<Finding> NextPiece(ScanStream stream)
    {
        goesOn = text.Length - at > MostFolded;
        var found = new List<StreamFinding>();
        var closed = new List<Finding>();
        stream.Push(goesOn ? text.Slice(at, MostFolded) : text[at..], !goesOn, found);
        at += MostFolded;
        foreach (ref readonly StreamFinding finding in CollectionsMarshal.AsSpan(found))
        {
            if (!finding.IsOpen)
                closed.Add(new Finding(finding.Kind, (int)finding.Start, (int)finding.End, finding.Score, finding.Evidence));
        }

        return CollectionsMarshal.AsSpan(closed);
    }
}
