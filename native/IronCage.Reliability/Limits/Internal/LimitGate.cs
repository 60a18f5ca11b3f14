namespace IronCage.Reliability;

/// <summary>
/// One key: what began in the last minute, what is in flight, when the provider wants calls again, and one line of those who wait, whatever they wait for. One line and not one
/// for each limit: whoever stands in it has nothing yet that another might wait for. Thread-safe; no method blocks.
/// </summary>
internal sealed class LimitGate
{
    private readonly Lock _sync = new();
    private readonly LimitOptions _options;
    private readonly TimeProvider _clock;
    private readonly LimitBook _book;
    private readonly LinkedList<LimitWaiter> _line = new();
    private readonly RateWindow? _window;
    private readonly ProviderPause _pause = new();
    private ITimer? _timer;
    private int _inFlight;
    private long _waited;
    private bool _isActive;
    private bool _isForgotten;

    public LimitGate(string key, LimitOptions options, TimeProvider clock, LimitBook book)
    {
        Key = key;
        _options = options;
        _clock = clock;
        _book = book;
        if (options.RequestsPerMinute is not null || options.TokensPerMinute is not null)
            _window = new RateWindow(Units(LimitConstants.Minute));
    }

    public string Key { get; }

    /// <summary>A place at once, or nothing.</summary>
    public bool TryEnter(long tokens, out LimitPlace? place, out bool isForgotten)
    {
        place = null;
        lock (_sync)
        {
            isForgotten = _isForgotten;
            var now = _clock.GetTimestamp();
            var goes = !isForgotten && _line.Count == 0 && Blocked(now, tokens, withProvider: true, out _) == LimitKind.None;
            if (goes)
                place = Admit(now, tokens);
            Note(now);
            return goes;
        }
    }

    /// <summary>Asks for a place. Null: the gate was forgotten.</summary>
    public ValueTask<LimitDecision>? Enter(long tokens, TimeSpan wait, CancellationToken cancel)
    {
        LimitWaiter waiter;
        lock (_sync)
        {
            if (_isForgotten)
                return null;
            var now = _clock.GetTimestamp();
            if (tokens > _options.TokensPerMinute)
                return new(new LimitDecision(LimitStatus.NeverFits, null, LimitKind.TokensPerMinute, TimeSpan.Zero, TimeSpan.Zero));
            var kind = Blocked(now, tokens, withProvider: true, out _);
            if ((kind == LimitKind.None && _line.Count == 0) || (wait <= TimeSpan.Zero && MayGoBeforeTheProvider(now, tokens)))
            {
                var place = Admit(now, tokens);
                Note(now);
                return new(new LimitDecision(LimitStatus.Granted, place, LimitKind.None, TimeSpan.Zero, TimeSpan.Zero));
            }
            if (wait <= TimeSpan.Zero || cancel.IsCancellationRequested)
                return new(Refuse(now, now, tokens, wait <= TimeSpan.Zero ? LimitStatus.TimedOut : LimitStatus.Cancelled));
            waiter = new LimitWaiter(this, tokens, wait, now) { Kind = kind };
            waiter.Node = _line.AddLast(waiter);
            Serve(now);
        }
        waiter.Watch(_clock, cancel);
        return new(waiter.Task);
    }

    /// <summary>A call has ended.</summary>
    public void Leave(RateEntry? entry, long? tokens, bool neverWent)
    {
        lock (_sync)
        {
            _inFlight--;
            if (entry is not null)
                _window!.Correct(entry, neverWent ? 0 : 1, tokens ?? entry.Tokens);
            if (_line.Count > 0)
                Serve(_clock.GetTimestamp());
        }
    }

    /// <summary>Somebody's wait is over, by the clock or by his own wish.</summary>
    public void GiveUp(LimitWaiter waiter, LimitStatus why)
    {
        lock (_sync)
        {
            if (waiter.Node is not { } node)
                return;
            var now = _clock.GetTimestamp();
            // What only the provider holds up goes now: it has had its wait, and who else is there to say no.
            var goes = why == LimitStatus.TimedOut && MayGoBeforeTheProvider(now, waiter.Tokens);
            var decision = goes ? default : Refuse(now, waiter.Since, waiter.Tokens, why);
            _line.Remove(node);
            waiter.Node = null;
            waiter.Complete(goes ? Grant(now, waiter) : decision);
            Serve(now);
        }
    }

    /// <summary>What the provider said with an answer.</summary>
    /// <returns>How long calls wait from now on; null: no longer than before.</returns>
    public TimeSpan? Hear(in ProviderLimits told, int status, long sentAt, out bool isForgotten)
    {
        lock (_sync)
        {
            isForgotten = _isForgotten;
            if (isForgotten)
                return null;
            var now = _clock.GetTimestamp();
            var ceiling = _options.RetryAfterCeiling < _options.MaxWait ? _options.RetryAfterCeiling : _options.MaxWait;
            var begins = _pause.Hear(told, status, sentAt, now, Units(ceiling), Units);
            Serve(now);
            return begins ? Time(_pause.Until(now) - now) : null;
        }
    }

    public LimitReport Report()
    {
        lock (_sync)
        {
            var now = _clock.GetTimestamp();
            _window?.Advance(now);
            TimeSpan? paused = _pause.Until(now) is var until && until > now ? Time(until - now) : null;
            return new LimitReport(Key, _window?.Requests ?? 0, _window?.Tokens ?? 0, _inFlight, _line.Count, _waited, paused);
        }
    }

    /// <summary>Ends a gate that nobody would miss: what asks for it afterwards is sent to its successor.</summary>
    public bool TryForget()
    {
        lock (_sync)
        {
            var now = _clock.GetTimestamp();
            _window?.Advance(now);
            if (_inFlight > 0 || _line.Count > 0 || _window is { IsEmpty: false } || _pause.IsActive(now))
                return false;
            Note(now);
            _timer?.Dispose();
            return _isForgotten = true;
        }
    }

    /// <summary>What keeps a call back that stands at the head of the line, and until when; <see cref="long.MaxValue"/>: until another ends.</summary>
    private LimitKind Blocked(long now, long tokens, bool withProvider, out long until)
    {
        var kind = LimitKind.None;
        until = now;
        if (withProvider && _pause.Until(now) is var paused && paused > now)
            (kind, until) = (LimitKind.Provider, paused);
        if (_window is { } window)
        {
            window.Advance(now);
            if (window.Requests + 1 > _options.RequestsPerMinute && window.When(now, _options.RequestsPerMinute.Value - 1, long.MaxValue) is var free && free >= until)
                (kind, until) = (LimitKind.RequestsPerMinute, free);
            if (_options.TokensPerMinute is { } most && window.Tokens + tokens > most && window.When(now, long.MaxValue, most - tokens) is var fits && fits >= until)
                (kind, until) = (LimitKind.TokensPerMinute, fits);
        }
        if (_inFlight >= _options.MaxConcurrent)
            (kind, until) = (LimitKind.MaxConcurrent, long.MaxValue);
        return kind;
    }

    /// <summary>Whether nothing but the provider's word keeps it back, and those before it.</summary>
    private bool MayGoBeforeTheProvider(long now, long tokens) =>
        Blocked(now, tokens, withProvider: false, out _) == LimitKind.None
        && (_line.First is not { } first || Blocked(now, first.Value.Tokens, withProvider: false, out _) == LimitKind.None);

    private LimitPlace? Admit(long now, long tokens)
    {
        _pause.Went(now);
        if (!_options.HasLimits)
            return null;
        _inFlight++;
        return new LimitPlace(this, _window?.Add(now, tokens));
    }

    private LimitDecision Grant(long now, LimitWaiter waiter)
    {
        _waited++;
        return new LimitDecision(LimitStatus.Granted, Admit(now, waiter.Tokens), waiter.Kind, TimeSpan.Zero, Time(now - waiter.Since));
    }

    private LimitDecision Refuse(long now, long since, long tokens, LimitStatus why)
    {
        var kind = Blocked(now, tokens, withProvider: true, out var until);
        if (kind == LimitKind.None && _line.First is { } first)
            kind = Blocked(now, first.Value.Tokens, withProvider: true, out until); // kept back by those before it
        return new LimitDecision(why, null, kind, until == long.MaxValue || until <= now ? LimitConstants.UnknownRetryAfter : Time(until - now), Time(now - since));
    }

    /// <summary>Lets those go who may, in order of arrival.</summary>
    private void Serve(long now)
    {
        while (_line.First is { } node)
        {
            var waiter = node.Value;
            var kind = Blocked(now, waiter.Tokens, withProvider: true, out var until);
            if (kind != LimitKind.None)
            {
                waiter.Kind = kind;
                Arm(until, now);
                break;
            }
            _line.Remove(node);
            waiter.Node = null;
            waiter.Complete(Grant(now, waiter));
        }
        Note(now);
    }

    private void Arm(long until, long now)
    {
        if (until == long.MaxValue)
            return; // whoever ends serves the line
        _timer ??= _clock.CreateTimer(static state => ((LimitGate)state!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Timers count whole milliseconds, and must not come a fraction too early.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Time(until - now).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void OnTime()
    {
        lock (_sync)
        {
            if (!_isForgotten)
                Serve(_clock.GetTimestamp());
        }
    }

    /// <summary>Tells the book whether calls must ask here though nothing is limited.</summary>
    private void Note(long now)
    {
        var isActive = _line.Count > 0 || _pause.IsActive(now);
        if (isActive == _isActive)
            return;
        _isActive = isActive;
        _book.Count(isActive);
    }

    private long Units(TimeSpan time) => (long)(((Int128)time.Ticks * _clock.TimestampFrequency + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

    private TimeSpan Time(long units) => TimeSpan.FromTicks((long)(((Int128)units * TimeSpan.TicksPerSecond + _clock.TimestampFrequency - 1) / _clock.TimestampFrequency));
}
