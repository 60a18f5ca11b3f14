using IronCage.Core.Circuits;
using IronCage.Core.Ledger;

namespace IronCage.Reliability.Tests.CircuitBreaker;

/// <summary>A store's circuits, in memory. One thread.</summary>
internal sealed class SharedBoard(TimeProvider clock) : ICircuitBoard
{
    private readonly Dictionary<string, (SharedCircuit Circuit, string Prober, DateTimeOffset ProbedUntil)> _rows = [];
    private int _members;

    public long Version { get; private set; }

    public bool IsAway { get; set; }

    public int Probes { get; private set; }

    public IReadOnlyCollection<SharedCircuit> Known => [.. _rows.Values.Select(row => row.Circuit)];

    public string Join() => $"member {++_members}";

    public void Post(string by, string key, TimeSpan? openFor)
    {
        if (IsAway)
            return;
        _rows[key] = (new SharedCircuit(key, openFor is not null, clock.GetUtcNow() + (openFor ?? TimeSpan.Zero), ++Version, by), "", default);
    }

    public ValueTask<bool> TryProbeAsync(string by, string key, TimeSpan lease)
    {
        if (IsAway)
            throw new StoreException("away");
        Probes++;
        if (!_rows.TryGetValue(key, out var row))
            return new(true);
        if (!row.Circuit.IsOpen || row.Circuit.Until > clock.GetUtcNow() || row.ProbedUntil > clock.GetUtcNow())
            return new(false);
        _rows[key] = row with { Prober = by, ProbedUntil = clock.GetUtcNow() + lease };
        return new(true);
    }

    public void GiveBack(string by, string key)
    {
        if (_rows.TryGetValue(key, out var row) && row.Prober == by)
            _rows[key] = row with { Prober = "", ProbedUntil = default };
    }
}
