using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>What was settled in this process, by attribution and hour. Grows with both, not with the number of calls. Thread-safe.</summary>
internal sealed class MemorySpend
{
    private readonly Lock _sync = new();
    private readonly Dictionary<Attribution, AttributionSpend> _sums = [];
    private (Attribution Attribution, AttributionSpend Sums)? _last;

    public void Add(in Settlement settlement, long held, DateTimeOffset now)
    {
        if (settlement.Attribution is not { } attribution)
            return;
        lock (_sync)
        {
            // Who spends spends again: the five texts of an attribution are not hashed anew for each call.
            var sums = _last is { } last && ReferenceEquals(last.Attribution, attribution) ? last.Sums : Find(attribution);
            sums.Add(SpendSum.HourOf(now), SpendSum.Of(settlement, held));
        }
    }

    public IReadOnlyList<SpendLine> Read(DateTimeOffset? from, DateTimeOffset? until)
    {
        var (first, end) = (from is { } f ? SpendSum.HourOf(f) : long.MinValue, until is { } u ? SpendSum.HourOf(u) : long.MaxValue);
        var lines = new List<SpendLine>();
        lock (_sync)
        {
            foreach (var sums in _sums.Values)
            {
                var sum = from is null && until is null ? sums.Total : sums.Between(first, end);
                if (sum != default)
                    lines.Add(sum.Line(sums.Attribution));
            }
        }
        return lines;
    }

    private AttributionSpend Find(Attribution attribution)
    {
        if (!_sums.TryGetValue(attribution, out var sums))
            _sums.Add(attribution, sums = new AttributionSpend(attribution));
        _last = (attribution, sums);
        return sums;
    }
}
