using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>What was settled in this process, by hour and attribution. Grows with both, not with the number of calls. Thread-safe.</summary>
internal sealed class MemorySpend
{
    private readonly Lock _sync = new();
    private readonly Dictionary<(long Hour, Attribution Attribution), SpendSum> _sums = [];

    public void Add(in Settlement settlement, long held, DateTimeOffset now)
    {
        if (settlement.Attribution is not { } attribution)
            return;
        var key = (SpendSum.HourOf(now), attribution);
        lock (_sync)
            _sums[key] = _sums.GetValueOrDefault(key) + SpendSum.Of(settlement, held);
    }

    public IReadOnlyList<SpendLine> Read(DateTimeOffset? from, DateTimeOffset? until)
    {
        Dictionary<Attribution, SpendSum> sums = [];
        lock (_sync)
        {
            foreach (var (key, sum) in _sums)
            {
                if ((from is { } first && key.Hour < SpendSum.HourOf(first)) || (until is { } end && key.Hour >= SpendSum.HourOf(end)))
                    continue;
                sums[key.Attribution] = sums.GetValueOrDefault(key.Attribution) + sum;
            }
        }
        return [.. sums.Select(pair => pair.Value.Line(pair.Key))];
    }
}
