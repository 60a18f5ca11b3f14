using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>The overruns of one account in this process. A lock of its owner guards it.</summary>
internal sealed class OverrunLog
{
    private readonly LinkedList<Overrun> _newest = new();
    private long _count;
    private long _above;

    public void Add(Overrun overrun)
    {
        _count++;
        _above = Demands.AddSaturated(_above, overrun.Billed.Value - overrun.Held.Value);
        _newest.AddFirst(overrun);
        if (_newest.Count > Overruns.Kept)
            _newest.RemoveLast();
    }

    public Overruns Read(int most) => new(_count, new Picodollars(_above), [.. _newest.Take(most)]);
}
