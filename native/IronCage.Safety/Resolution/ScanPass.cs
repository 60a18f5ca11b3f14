using System.Runtime.InteropServices;
using IronCage.Safety.Recognisers;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Text;

namespace IronCage.Safety.Resolution;

/// <summary>
/// The scan of one text, whole or in pieces: has the recognisers asked and overlaps resolved, follows open findings to their end, and tells all at their place in the
/// text as it is. What it does between the steps is the same for every cut of the text.
/// </summary>
/// <param name="isWhole">Whether it scans whole texts, all of whose findings go to <see cref="Whole"/>.</param>
internal sealed class ScanPass(bool isWhole)
{
    /// <summary>Candidates that are gathered before overlaps are resolved: the memory that many findings take.</summary>
    private const int MostPending = 64;

    private readonly OverlapResolver resolver = new();
    private readonly ScanScratch scratch = new();
    private readonly List<StreamFinding> found = [];
    private readonly List<Finding> whole = [];
    private Candidate open;
    private StreamFinding told;
    private bool isOpen;
    private bool isCarried;
    private bool isTold;
    private bool isKept;

    /// <summary>Whether a scan is under way.</summary>
    public bool IsTaken { get; set; }

    /// <summary>The folded text, and the way back.</summary>
    public FoldedText Text { get; } = new();

    /// <summary>What the last step found in a text that arrives in pieces, ascending.</summary>
    public List<StreamFinding> Found => found;

    /// <summary>What the last step found in a whole text, ascending.</summary>
    public ReadOnlySpan<Finding> Whole => CollectionsMarshal.AsSpan(whole);

    /// <summary>The place in the window before which nothing is needed any more, but for what stands left of what follows.</summary>
    public int Hold { get; private set; }

    /// <summary>How many bytes of the folded text are decided.</summary>
    public long Decided { get; private set; }

    /// <summary>How many bytes of the text as it is are decided: no finding, and no part of one, will begin before.</summary>
    public long DecidedInText => isOpen || isCarried ? told.End : Text.Unfold(Decided);

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset()
    {
        resolver.Reset();
        Text.Reset();
        scratch.Passed = default;
        isOpen = isCarried = false;
        Decided = 0;
    }

    /// <summary>The window on what is at hand of the folded text.</summary>
    public TextWindow Open(RecogniserSet recognisers, ReadOnlySpan<byte> bytes, bool final, long origin)
    {
        scratch.Begin(recognisers);
        return new TextWindow(bytes, final, origin, scratch);
    }

    /// <summary>Goes on as far as memory for few findings allows.</summary>
    /// <param name="window">What is at hand.</param>
    /// <param name="recognisers">Find.</param>
    /// <param name="filter">What is let go, null if nothing.</param>
    /// <param name="examined">The first place that was not examined.</param>
    /// <returns>Whether there is more to do before the next piece.</returns>
    public bool Step(in TextWindow window, RecogniserSet recognisers, FindingFilter? filter, ref int examined)
    {
        found.Clear();
        whole.Clear();
        if (isOpen && !Follow(window, ref examined))
            return false;
        examined = recognisers.Examine(window, examined, resolver.Pending, resolver.Pending.Count + MostPending, out bool isFull);
        bool isEnd = window.Final && !isFull;
        Hold = isEnd ? window.Bytes.Length : examined;
        if (isEnd && resolver.IsIdle)
        {
            Decided = window.Origin + Hold;
            return false;
        }

        if (!isEnd)
            Hold = recognisers.HoldFrom(window, examined);
        long frontier = isEnd ? long.MaxValue : window.Origin + Hold;
        foreach (ref readonly Candidate candidate in resolver.Lone(frontier))
            Accept(window, filter, candidate);
        Decided = Math.Max(Decided, resolver.Drain(frontier));
        foreach (ref readonly Candidate candidate in CollectionsMarshal.AsSpan(resolver.Accepted))
            Accept(window, filter, candidate);
        if (isEnd && !isOpen)
            Decided = window.Origin + Hold;
        return isFull || isOpen;
    }

    private void Accept(in TextWindow window, FindingFilter? filter, in Candidate candidate)
    {
        if (isCarried)
        {
            Carry(candidate);
            return;
        }

        bool keeps = !candidate.IsShadow && filter?.Keeps(candidate, window.Bytes.Slice((int)(candidate.Start - window.Origin), (int)candidate.Length)) != false;
        if (candidate.Tail is null)
        {
            if (keeps)
                Add(candidate);
            return;
        }

        open = candidate;
        (isKept, isTold) = (keeps, false);
        told = Text.Unfold(candidate) with { Evidence = candidate.Evidence };
        isOpen = candidate.Tail is not CarriedTail;
        if (!isOpen)
            Carry(candidate);
    }

    private void Add(in Candidate candidate)
    {
        if (!isWhole)
            found.Add(Text.Unfold(candidate));
        else if (Text.IsPlain)
            whole.Add(new Finding(candidate.Kind, (int)candidate.Start, (int)candidate.End, candidate.Score, candidate.Evidence));
        else
            AddWhole(Text.Unfold(candidate));
    }

    private void AddWhole(in StreamFinding finding) =>
        whole.Add(new Finding(finding.Kind, (int)finding.Start, (int)finding.End, finding.Score, finding.Evidence));

    /// <summary>Tells the next part of a weak finding.</summary>
    private void Carry(in Candidate part)
    {
        var tail = part.Tail as CarriedTail;
        isCarried = tail is not null;
        Tell(tail?.Limit ?? part.End, isCarried);
    }

    /// <summary>Looks for the end of the open finding; whether it is there.</summary>
    private bool Follow(in TextWindow window, ref int examined)
    {
        int end = (int)(open.End - window.Origin);
        MatchState state = open.Tail!.Read(window, (int)(open.Start + FindingTail.MostBytes - window.Origin), ref end);
        isOpen = state == MatchState.NeedMore;
        Tell(window.Origin + end, isOpen);
        Decided = Math.Max(Decided, open.End);
        if (isOpen)
        {
            Hold = end;
            examined = Math.Max(examined, end);
            return false;
        }

        // How far ahead was looked depends on the cut of the text: what is behind the finding is looked at anew.
        resolver.CloseOpen(open.End);
        scratch.Passed = PassedText.Behind(open.End);
        examined = end;
        return true;
    }

    private void Tell(long end, bool goesOn)
    {
        open = open with { End = end };
        long from = isTold ? told.End : told.Start;
        told = told with { End = Text.UnfoldEnd(end), From = from, IsOpen = goesOn };
        if (told.End - told.Start > open.Length)
            told = told with { Evidence = told.Evidence | Evidence.Decoded };
        if (!isKept || (isTold && goesOn && told.End == from))
            return;
        if (!isWhole)
            found.Add(told);
        else if (!goesOn)
            AddWhole(told);
        isTold = true;
    }
}
