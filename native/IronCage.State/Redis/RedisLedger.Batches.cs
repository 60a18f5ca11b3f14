using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>Makes batches and takes their answers.</summary>
internal sealed partial class RedisLedger
{
    /// <summary>Of one tree, how many of those who may wait are looked at in one batch: who stands far behind others is not served before them.</summary>
    private const int MostOfTree = 200;

    /// <summary>A server and a process that cannot agree on when a window ends do not go on for ever.</summary>
    private const int MostWindowsAsked = 20;

    private readonly Dictionary<(string Text, string Zone), List<(long Start, long End)>> _windows = [];
    private readonly HashSet<RedisAccount> _waitedFor = [];
    private RedisBatch? _inFlight;
    private string _epoch = "";
    private long _seen;
    private long _number;
    private bool _isDue;
    private bool _isFlushing;
    private long _serverTime;
    private long _serverTimeAt;

    /// <summary>The server's clock, as far as it can be told from here, in milliseconds since 1970 UTC.</summary>
    private long Now() => _clock == TimeProvider.System && _serverTime > 0
        ? _serverTime + (long)TimeProvider.System.GetElapsedTime(_serverTimeAt).TotalMilliseconds
        : _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Sends a batch, now or as soon as the one on its way is answered. Under the lock.</summary>
    private void SendSoon()
    {
        _isDue = true;
        if (_inFlight is null && _isConnected)
            Send(Build());
    }

    private RedisBatch Build()
    {
        _isDue = false;
        _isBehindArmed = false;
        var batch = new RedisBatch(++_number);
        var now = Now();
        CopyLine(batch);
        foreach (var account in _active)
        {
            if (account.IsActive)
                account.Report(batch, GivesBack(account, _waitedFor, now));
        }
        foreach (var (key, sum) in _spend)
            batch.AddSpend(key.Hour, key.Attribution, sum);
        _spend.Clear();
        foreach (var (account, overrun) in _overruns)
            batch.AddOverrun(account, overrun);
        _overruns.Clear();
        foreach (var request in _requests)
            batch.AddRequest(request);
        _requests = [];
        foreach (var waiter in batch.Waiters)
            batch.AddDemand(waiter);
        Stock(batch, _waitedFor, now);
        batch.Steps.AddRange(_anchor);
        _anchor = [];
        if (_isClosing)
            batch.Steps.Add("L");
        _isFlushing = false;
        _active.RemoveWhere(static account => !account.IsActive && account.Target == 0);
        return batch;
    }

    private void CopyLine(RedisBatch batch)
    {
        _waitedFor.Clear();
        if (_line.Count == 0)
            return;
        Dictionary<RedisAccount, int> counts = [];
        _line.CopyTo(batch.Waiters);
        batch.Waiters.RemoveAll(waiter =>
        {
            var top = ((RedisAccount)waiter.Owner).Top;
            _waitedFor.Add(top);
            return waiter.MayWait && (counts[top] = counts.GetValueOrDefault(top) + 1) > MostOfTree;
        });
    }

    /// <summary>Sends a batch that is new, or again. Under the lock.</summary>
    private void Send(RedisBatch batch)
    {
        _inFlight = batch;
        _sentAt = Environment.TickCount64;
        List<string> arguments =
        [
            _prefix, _owner, RedisBatch.Text(batch.Number), _epoch, _newEpoch, RedisBatch.Text(_seen),
            _clock == TimeProvider.System ? "" : RedisBatch.Text(_clock.GetUtcNow().ToUnixTimeMilliseconds()),
            RedisBatch.Text((long)_options.Expiry.TotalMilliseconds), _options.MayCreate ? "1" : "0", _note,
        ];
        AddWindows(arguments);
        arguments.Add(RedisBatch.Text(batch.ReportSteps.Count));
        arguments.AddRange(batch.ReportSteps);
        arguments.AddRange(batch.Steps);
        _link.SendBatch([.. arguments], new RedisCommand(value => Answered(batch, value), null)); // where it is lost, Connected sends it again
    }

    private void AddWindows(List<string> arguments)
    {
        var now = Now();
        var at = arguments.Count;
        var count = 0;
        foreach (var ((text, zone), spans) in _windows)
        {
            if (spans[^1].End <= now + 1000)
                Know(BudgetWindow.Parse(text, zone), Math.Max(now, spans[^1].End));
            foreach (var (start, end) in spans)
            {
                arguments.AddRange([text, zone, RedisBatch.Text(start), RedisBatch.Text(end)]);
                count++;
            }
        }
        arguments.Insert(at, RedisBatch.Text(count));
    }

    /// <summary>Batches tell when the window begins and ends that is now.</summary>
    private void Know(BudgetWindow window)
    {
        if (!window.IsTotal)
            Know(window, Now());
    }

    private void Know(BudgetWindow window, long at)
    {
        var key = (window.Text, window.Zone);
        if (!_windows.TryGetValue(key, out var spans))
            _windows.Add(key, spans = []);
        var span = window.Around(DateTimeOffset.FromUnixTimeMilliseconds(at));
        if (!spans.Contains(span))
            spans.Add(span);
        if (spans.Count > 4)
            spans.RemoveAt(0);
    }

    /// <summary>On the connection's thread.</summary>
    private void Answered(RedisBatch batch, object? value)
    {
        List<Waiter> decided = [];
        List<Waiter> queued = [];
        lock (Sync)
        {
            if (_inFlight != batch || _isStopped)
                return;
            try
            {
                if (!TryTake(batch, value, decided, queued))
                    return;
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
            {
                Break(_faults.Confused(e.Message));
                return;
            }
            _inFlight = null;
            BatchCount++;
            if (_isDue)
                Send(Build());
        }
        foreach (var waiter in decided)
        {
            if (waiter.Audit is { } audit && waiter.Outcome.Status == HoldStatus.Granted)
                _append(audit);
            waiter.Complete();
        }
        foreach (var waiter in queued)
            waiter.StartClock(_clock);
        foreach (var request in batch.Requests)
            request.Complete();
    }

    /// <returns>False: it was not done, and is still on its way, or nothing will be any more.</returns>
    private bool TryTake(RedisBatch batch, object? value, List<Waiter> decided, List<Waiter> queued)
    {
        if (value is RespError error)
        {
            Refused(batch, error.Text);
            return false;
        }
        var reply = new ReplyCursor(value as object?[] ?? throw new FormatException("not an array"));
        switch (reply.Text())
        {
            case "OK":
                break;
            case "WINDOW" when batch.WindowsAsked++ < MostWindowsAsked:
                Know(BudgetWindow.Parse(reply.Text(), reply.Text()), reply.Number());
                Send(batch);
                return false;
            case "ABSENT":
                Break(_faults.Absent());
                return false;
            case "DAMAGED":
                Break(_faults.Damaged(reply.Text()));
                return false;
            case var other:
                Break(_faults.Confused(other));
                return false;
        }
        Recovered();
        _serverTime = reply.Number();
        _serverTimeAt = TimeProvider.System.GetTimestamp();
        _epoch = reply.Text();
        _seen = reply.Number();
        for (var i = reply.Number(); i > 0; i--)
            _accounts.GetValueOrDefault(reply.Text())?.LoseLease();
        reply.Number();
        foreach (var report in batch.Reports)
            report.Account.Reported(report.Spent, report.Released);
        foreach (var request in batch.Requests)
            request.Read(reply);
        foreach (var waiter in batch.Waiters)
            Decided(waiter, reply, decided, queued);
        foreach (var account in batch.Stocks)
        {
            account.Lease(reply.Number());
            _active.Add(account);
        }
        Dictionary<string, RedisRow> rows = new(StringComparer.Ordinal);
        while (!reply.IsAtEnd)
        {
            var row = RedisRow.Read(reply);
            rows.Add(row.Name, row);
            if (_accounts.TryGetValue(row.Name, out var account))
                account.Update(row);
        }
        foreach (var request in batch.Requests)
            request.Conclude(rows);
        if (_line.Count > 0)
            ArmPoll();
        return true;
    }

    private void Decided(Waiter waiter, ReplyCursor reply, List<Waiter> decided, List<Waiter> queued)
    {
        var account = (RedisAccount)waiter.Owner;
        var (decision, amount, tokens, by) = (reply.Text(), reply.Number(), reply.Number(), reply.Text());
        var (limit, spent, held, isFrozen, end) = (reply.NumberOrNone(), reply.Number(), reply.Number(), reply.Text() == "1", reply.NumberOrNone());
        var figures = new BudgetFigures(limit is { } l ? new Picodollars(l) : null, new Picodollars(spent), new Picodollars(held), isFrozen, end);
        if (decision == "G")
        {
            account.Lease(amount);
            _active.Add(account);
        }
        if (decision == "W" && waiter.MayWait)
        {
            if (waiter.Node is not null && !waiter.Queued)
            {
                waiter.Queued = true;
                queued.Add(waiter);
            }
            return;
        }
        if (!_line.Remove(waiter))
        {
            _isDue |= decision == "G"; // he gave up: what he was granted goes back
            return;
        }
        var demand = waiter.Demand;
        if (decision == "G")
        {
            account.Keep(demand.Call, amount);
            account.Used = Demands.AddSaturated(account.Used, amount);
            account.LastAttribution = demand.Attribution ?? account.LastAttribution;
            waiter.Outcome = new HoldOutcome(HoldStatus.Granted, new Picodollars(amount), RedisDemand.Of(demand).Granted(tokens, demand), Demands.Needed(demand), figures);
        }
        else
        {
            account.Forget(demand.Call);
            var status = decision switch { "E" => HoldStatus.Exceeded, "F" => HoldStatus.Frozen, _ => HoldStatus.TimedOut };
            waiter.Outcome = Demands.Refused(status, demand, figures) with { RefusedBy = by == account.Name ? null : by };
        }
        decided.Add(waiter);
    }
}
