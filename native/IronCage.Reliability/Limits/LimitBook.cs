using System.Collections.Concurrent;

namespace IronCage.Reliability;

/// <summary>
/// How many calls go to each provider host and model (a key is by convention <c>host[:port]|model</c>): in a minute, at once, and after what the provider said. Those that must wait go in
/// order of arrival. Thread-safe; no method ever blocks.
/// </summary>
public sealed class LimitBook
{
    private static long _made;

    private readonly ConcurrentDictionary<string, LimitGate> _gates = new(StringComparer.Ordinal);
    private readonly Lock _growth = new();
    private readonly LimitOptions _options;
    private readonly TimeProvider _clock;
    private int _active;
    private int _count; // under _growth; the dictionary's own Count takes all its locks
    private int _sweepAt = LimitConstants.ManyKeys;

    /// <summary>Makes an empty book.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="clock">Measures the minutes and the waits, by its timestamps, so that steps of the wall clock do not matter.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LimitBook(LimitOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        _options = options;
        _clock = clock;
        Order = Interlocked.Increment(ref _made);
    }

    /// <summary>The options.</summary>
    public LimitOptions Options => _options;

    /// <summary>Whoever needs places of several books takes them in this order: two who took them in different orders could wait for each other.</summary>
    public long Order { get; }

    /// <summary>Whether nothing is limited, and no provider wants calls to wait: there is nothing to ask.</summary>
    public bool IsIdle => !_options.HasLimits && Volatile.Read(ref _active) == 0;

    /// <summary>Takes a place if there is one, and nobody waits.</summary>
    /// <param name="key">Whose limits.</param>
    /// <param name="tokens">What the call counts, 0 or more.</param>
    /// <param name="place">As of <see cref="LimitDecision.Place"/>.</param>
    public bool TryEnter(string key, long tokens, out LimitPlace? place)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        place = null;
        while (Gate(key, isNeeded: _options.HasLimits) is { } gate)
        {
            var goes = gate.TryEnter(tokens, out place, out var isForgotten);
            if (!isForgotten)
                return goes;
        }
        return true; // nothing is limited, and the provider said nothing
    }

    /// <summary>Asks for a place, and waits for it in order of arrival.</summary>
    /// <param name="key">Whose limits.</param>
    /// <param name="tokens">What the call counts, 0 or more.</param>
    /// <param name="wait">How long; zero or less: it does not wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    public ValueTask<LimitDecision> EnterAsync(string key, long tokens, TimeSpan wait, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        while (true)
        {
            if (Gate(key, isNeeded: true)!.Enter(tokens, wait, cancel) is { } decision)
                return decision;
            // The gate was forgotten between the lookup and the question: ask its successor.
        }
    }

    /// <summary>Takes note of what the provider said with an answer.</summary>
    /// <param name="key">Whose limits.</param>
    /// <param name="told">What it said.</param>
    /// <param name="status">HTTP status of the answer.</param>
    /// <param name="sentAt">Timestamp of the clock at which the request was sent.</param>
    /// <returns>How long the next call waits, where this is news; null otherwise.</returns>
    public TimeSpan? Hear(string key, in ProviderLimits told, int status, long sentAt)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!_options.FollowsProvider)
            return null;
        while (Gate(key, isNeeded: told.HasRates || told.RetryAfter is not null) is { } gate)
        {
            var pause = gate.Hear(told, status, sentAt, out var isForgotten);
            if (!isForgotten)
                return pause;
        }
        return null;
    }

    /// <summary>All keys that are known now, in ordinal order, each consistent in itself.</summary>
    public IReadOnlyList<LimitReport> Snapshot()
    {
        var reports = new List<LimitReport>();
        foreach (var (_, gate) in _gates)
            reports.Add(gate.Report());
        reports.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return reports;
    }

    /// <summary>A gate begins, or ends, to have a say though nothing is limited.</summary>
    internal void Count(bool isActive)
    {
        if (isActive)
            Interlocked.Increment(ref _active);
        else
            Interlocked.Decrement(ref _active);
    }

    private LimitGate? Gate(string key, bool isNeeded)
    {
        if (_gates.TryGetValue(key, out var gate) || !isNeeded)
            return gate;
        lock (_growth)
        {
            if (_gates.TryGetValue(key, out gate))
                return gate;
            if (_count >= _sweepAt)
                Sweep();
            gate = new LimitGate(key, _options, _clock, this);
            _gates[key] = gate;
            _count++;
            return gate;
        }
    }

    /// <summary>Drops the gates that nobody uses. Those that stay have calls of the last minute, so that traffic bounds their number; the next sweep comes when there are twice as many.</summary>
    private void Sweep()
    {
        foreach (var (key, gate) in _gates)
        {
            if (!gate.TryForget())
                continue;
            _gates.TryRemove(key, out _);
            _count--;
        }
        _sweepAt = Math.Max(LimitConstants.ManyKeys, 2 * _count);
    }
}
