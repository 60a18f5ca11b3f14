using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What one attribution spent, in all and hour by hour.</summary>
internal sealed class AttributionSpend(Attribution attribution)
{
    /// <summary>Ascending, each once.</summary>
    private readonly List<(long Hour, SpendSum Sum)> _hours = [];

    public Attribution Attribution => attribution;

    public SpendSum Total { get; private set; }

    public void Add(long hour, in SpendSum sum)
    {
        Total += sum;
        // A clock that was set back is the only reason to look further.
        var at = _hours.Count - 1;
        while (at >= 0 && _hours[at].Hour > hour)
            at--;
        if (at >= 0 && _hours[at].Hour == hour)
            _hours[at] = (hour, _hours[at].Sum + sum);
        else
            _hours.Insert(at + 1, (hour, sum));
    }

    /// <summary>From one hour up to another.</summary>
    public SpendSum Between(long from, long until)
    {
        var sum = new SpendSum();
        for (var i = _hours.Count - 1; i >= 0 && _hours[i].Hour >= from; i--)
        {
            if (_hours[i].Hour < until)
                sum += _hours[i].Sum;
        }
        return sum;
    }
}
