using System.Collections.Concurrent;
using Polly;

namespace IronCage.Reliability;

/// <summary>
/// One consecutive-failure circuit breaker per key (by convention <c>host[:port]|model</c>): a provider that fails often enough in a row is left alone
/// for a while, then tried with one call. Thread-safe; no method ever blocks.
/// </summary>
/// <remarks>
/// Keys are compared ordinally and kept as given: bound their length before they come here. At most <see cref="CircuitBreakerConstants.MaximumKeys"/> are kept;
/// beyond that the closed circuits that were idle longest are forgotten (open ones only when there are no closed ones), with their counts.
/// </remarks>
public sealed class CircuitBook
{
    private readonly ConcurrentDictionary<string, Circuit> _circuits = new(StringComparer.Ordinal);
    private readonly Lock _growth = new();
    private readonly CircuitBreakerOptions _options;
    private readonly TimeProvider _clock;
    private readonly CircuitEventQueue? _events;
    private readonly int _maximumKeys;
    private int _count; // under _growth; the dictionary's own Count takes all its locks

    /// <summary>Makes an empty book.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="clock">Measures the recovery timeout (by its timestamps, so steps of the wall clock do not matter) and dates the events.</param>
    /// <param name="observer">
    /// Told about every change of state, outside all locks, one event at a time and in the order of the changes, on the thread of a call (mostly the one that
    /// caused it). It may use the book. What it throws is dropped.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public CircuitBook(CircuitBreakerOptions? options, TimeProvider clock, Action<CircuitEvent>? observer)
        : this(options, clock, observer, CircuitBreakerConstants.MaximumKeys)
    {
    }

    internal CircuitBook(CircuitBreakerOptions? options, TimeProvider clock, Action<CircuitEvent>? observer, int maximumKeys)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumKeys, 1);
        _options = options ?? new CircuitBreakerOptions();
        _options.Validate();
        _clock = clock;
        _events = observer is null ? null : new CircuitEventQueue(observer);
        _maximumKeys = maximumKeys;
    }

    /// <summary>Asks whether a call may go. Never blocks.</summary>
    /// <param name="key">Whose circuit.</param>
    /// <returns>A permit that must be completed, or a refusal with the time to wait.</returns>
    public Admission Admit(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        while (true)
        {
            if (!_circuits.TryGetValue(key, out var circuit))
                circuit = Add(key);
            if (TryAdmit(circuit, out var admission))
                return admission;
            // The circuit was forgotten between the lookup and the question: ask its successor.
        }
    }

    /// <summary>Whether a call would be refused now. Asks nothing of the circuit and changes nothing: a half-open one whose probe is free says no.</summary>
    /// <param name="key">Whose circuit.</param>
    public bool Refuses(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _circuits.TryGetValue(key, out var circuit) && circuit.Report().RetryAfter > TimeSpan.Zero;
    }

    /// <summary>All circuits known now, in ordinal order of their keys, each consistent in itself.</summary>
    public IReadOnlyList<CircuitReport> Snapshot()
    {
        var reports = new List<CircuitReport>();
        foreach (var (_, circuit) in _circuits)
            reports.Add(circuit.Report());
        reports.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return reports;
    }

    private static bool TryAdmit(Circuit circuit, out Admission admission)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, CancellationToken.None);
        var permit = new CallPermit(context);
        var pipeline = circuit.Pipeline.ExecuteOutcomeAsync(static (_, p) => p.Begin(), context, permit);
        if (!pipeline.IsCompleted)
        {
            permit.Attach(pipeline);
            admission = new Admission(permit);
            return true;
        }

        var outcome = pipeline.GetAwaiter().GetResult();
        ResilienceContextPool.Shared.Return(context);
        outcome.ThrowIfException(); // a bug of ours: neither strategy nor callback throws
        admission = new Admission(outcome.Result.RetryAfter);
        return outcome.Result.Kind != CircuitOutcomeKind.Forgotten;
    }

    private Circuit Add(string key)
    {
        lock (_growth)
        {
            if (_circuits.TryGetValue(key, out var circuit))
                return circuit;
            if (_count >= _maximumKeys)
                Forget();
            circuit = new Circuit(key, _options, _clock, _events);
            _circuits[key] = circuit;
            _count++;
            return circuit;
        }
    }

    /// <summary>Makes room: an eighth of the keys at a time, so that the sort is paid once for many new keys.</summary>
    private void Forget()
    {
        var candidates = new List<(bool IsClosed, long LastUsed, Circuit Circuit)>(_count);
        foreach (var (_, circuit) in _circuits)
            candidates.Add((circuit.IsClosed, circuit.LastUsed, circuit));
        candidates.Sort(static (a, b) => a.IsClosed != b.IsClosed ? b.IsClosed.CompareTo(a.IsClosed) : a.LastUsed.CompareTo(b.LastUsed));

        var forgotten = 0;
        foreach (var (isClosed, _, circuit) in candidates)
        {
            if (forgotten > 0 && (!isClosed || forgotten >= _maximumKeys / 8))
                break;
            circuit.Forget();
            _circuits.TryRemove(circuit.Key, out _);
            _count--;
            forgotten++;
        }
    }
}
