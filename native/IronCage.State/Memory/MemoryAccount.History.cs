using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>What happened to the account in this process.</summary>
internal sealed partial class MemoryAccount
{
    private const int MostEvents = 10_000;

    private readonly LinkedList<BudgetEvent> _events = new();
    private readonly OverrunLog _overruns = new();

    /// <inheritdoc/>
    /// <remarks>What this process did; a window's end is told by the process that saw it first.</remarks>
    public ValueTask<IReadOnlyList<BudgetEvent>> HistoryAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMost(most);
        lock (_tree.Sync)
        {
            Enter();
            Leave();
            return new ValueTask<IReadOnlyList<BudgetEvent>>([.. _events.Take(most)]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Overruns> OverrunsAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMostOverruns(most);
        lock (_tree.Sync)
            return new ValueTask<Overruns>(_overruns.Read(most));
    }

    private void NoteOverrun(in Settlement settlement, long held)
    {
        var overrun = new Overrun(clock.GetUtcNow(), settlement.Attribution ?? settlement.Told, new Picodollars(held), settlement.Actual);
        for (var account = this; account is not null; account = account._parent)
            account._overruns.Add(overrun);
    }

    private void Note(BudgetEventKind what, Picodollars? amount, string? note = null) => Note(new BudgetEvent(clock.GetUtcNow(), what, amount, note ?? ""));

    private void Note(BudgetEvent happened)
    {
        _events.AddFirst(happened);
        if (_events.Count > MostEvents)
            _events.RemoveLast();
    }

    private void NoteEnded()
    {
        foreach (var (end, spent) in _ledger.Ended)
            Note(new BudgetEvent(DateTimeOffset.FromUnixTimeMilliseconds(end), BudgetEventKind.WindowEnded, new Picodollars(spent), ""));
        _ledger.Ended.Clear();
    }
}
