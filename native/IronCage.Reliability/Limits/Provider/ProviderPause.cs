namespace IronCage.Reliability;

/// <summary>
/// Until when a provider wants no calls, by what it said. Answers come in any order, each with what was true when its request was sent or refused. Guarded by the lock of its gate;
/// all times are timestamps of its clock.
/// </summary>
internal sealed class ProviderPause
{
    private long _until;
    private long _refusedAt = long.MinValue;
    private long _knownAt = long.MinValue;
    private long _next;
    private long _step; // 0: no pace
    private long _end;

    /// <summary>When the next call may go; now where it may.</summary>
    public long Until(long now)
    {
        EndPace(now);
        return Math.Max(now, Math.Max(_until, _step > 0 ? _next : now));
    }

    /// <summary>Whether it still has a say.</summary>
    public bool IsActive(long now) => Until(now) > now || _step > 0;

    /// <summary>A call goes.</summary>
    public void Went(long now)
    {
        if (_step > 0)
            _next = Math.Max(now, _next) + _step;
        EndPace(now);
    }

    /// <param name="told">What stood in the head of the answer.</param>
    /// <param name="status">Its status.</param>
    /// <param name="sentAt">When its request was sent.</param>
    /// <param name="now">When it came.</param>
    /// <param name="ceiling">What is longer delays nothing.</param>
    /// <param name="units">Turns time into that of the clock.</param>
    /// <returns>Whether calls must wait now that did not have to.</returns>
    public bool Hear(in ProviderLimits told, int status, long sentAt, long now, long ceiling, Func<TimeSpan, long> units)
    {
        var isPaused = Until(now) > now;
        if (status == 429)
        {
            if (told.RetryAfter is { } after && units(after) is var time && time <= ceiling && now + time > _until)
                (_until, _refusedAt) = (now + time, now);
        }
        else if (status < 400 && sentAt > _refusedAt)
        {
            _until = now; // it was asked later, and it answered
        }
        if (told.HasRates && sentAt >= _knownAt)
        {
            _knownAt = sentAt;
            _step = 0;
            foreach (var rate in (ReadOnlySpan<ProviderRate>)[told.Requests, told.Tokens, told.InputTokens, told.OutputTokens])
                Pace(rate, sentAt, now, ceiling, units);
        }
        return !isPaused && Until(now) > now;
    }

    /// <summary>
    /// Nothing remains: the next call can succeed when one more is due. The reset is the time in which all of the limit comes back, so one of it comes back in that part of it; to
    /// wait for all would delay calls that the provider takes. It counted when the request came to it: not later than it was sent, as far as we know.
    /// </summary>
    private void Pace(in ProviderRate rate, long sentAt, long now, long ceiling, Func<TimeSpan, long> units)
    {
        if (rate is not { Remaining: <= 0, Limit: > 0 and var limit, Reset: { Ticks: > 0 } reset })
            return;
        var all = units(reset);
        var step = (all + limit - 1) / limit;
        if (sentAt + step - now > ceiling || (_step > 0 && sentAt + step <= _next))
            return;
        (_next, _step, _end) = (sentAt + step, step, sentAt + all);
    }

    private void EndPace(long now)
    {
        if (_step > 0 && (now >= _end || _next > _end))
            _step = 0;
    }
}
