using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;

namespace IronCage.State;

/// <summary>
/// The budgets of one namespace of a Redis server as one owner, this opening of the store, keeps them. This part is the door for callers; <c>RedisLedger.Batches.cs</c> makes
/// batches and takes their answers, <c>RedisLedger.Leases.cs</c> says how much is leased, <c>RedisLedger.Outages.cs</c> what happens when the server is away.
/// <para>
/// At most one batch is on its way. Everything that is to be done meanwhile goes into the next, so holds that arrive together share a trip, and an answer that is lost is
/// asked for again without anything being done twice.
/// </para>
/// </summary>
internal sealed partial class RedisLedger : IRedisListener, IDisposable
{
    private readonly RedisStoreOptions _options;
    private readonly RedisFaults _faults;
    private readonly RedisLink _link;
    private readonly TimeProvider _clock;
    private readonly string _owner;
    private readonly string _note;
    private readonly string _prefix;
    private readonly string _newEpoch;
    private readonly Action<AuditEntry> _append;
    private readonly Dictionary<string, RedisAccount> _accounts = new(StringComparer.Ordinal);
    private readonly HashSet<RedisAccount> _active = [];
    private readonly WaitQueue _line = new();
    private List<RedisRequest> _requests = [];
    private string[] _anchor = [];
    private AuditLink? _anchored;
    private Dictionary<(long Hour, Attribution Attribution), SpendSum> _spend = [];
    private readonly List<(RedisAccount Account, Overrun Overrun)> _overruns = [];

    /// <summary>Makes it, and connects in the background.</summary>
    /// <param name="options">Which server, and how.</param>
    /// <param name="clock">Times the waits of holds. Where it is not the system's, it also takes the place of the server's clock.</param>
    /// <param name="ids">Gives the owner its identity.</param>
    /// <param name="append">Takes the audit entries of granted holds.</param>
    public RedisLedger(RedisStoreOptions options, TimeProvider clock, IIdSource ids, Action<AuditEntry> append)
    {
        _options = options;
        _clock = clock;
        _append = append;
        _faults = new RedisFaults(options);
        var identity = OwnerIdentity.Of(ids.NewId());
        _owner = identity.Id;
        _note = string.Create(CultureInfo.InvariantCulture, $"{identity.Host}, process {identity.ProcessId}");
        _prefix = RedisScripts.PrefixOf(options);
        _newEpoch = ids.NewId().ToString("N");
        Place = PlaceOf(options);
        Circuits = new RedisCircuits(this, _owner, clock);
        Approvals = new RedisApprovalBoard(this, _prefix, clock);
        _link = new RedisLink(options, _faults, this);
        _ticker = TimeProvider.System.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _behind = TimeProvider.System.CreateTimer(_ => BehindIsDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = TimeProvider.System.CreateTimer(_ => PollIsDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Guards everything here and in the accounts. Never held while a caller's code runs.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Server, database and namespace, without credentials.</summary>
    public string Place { get; }

    /// <summary>What tells namespaces of servers apart.</summary>
    public static string PlaceOf(RedisStoreOptions options) =>
        string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}/{options.Database}:{options.Namespace}");

    /// <summary>Uses of tools that wait for approval.</summary>
    public RedisApprovalBoard Approvals { get; }

    /// <summary>Batches answered so far.</summary>
    public long BatchCount { get; private set; }

    /// <summary>Connects.</summary>
    /// <exception cref="StoreException">The server cannot be reached, or refuses.</exception>
    public void Start()
    {
        _link.Start();
        try
        {
            Flush().GetAwaiter().GetResult();
        }
        catch
        {
            Stop(_faults.Closed());
            throw;
        }
        var tick = TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerSecond, Math.Min(_options.HeartbeatInterval.Ticks / 2, _options.Timeout.Ticks / 2)));
        _ticker.Change(tick, tick);
    }

    /// <summary>Called with every heartbeat, on a thread of the pool.</summary>
    public Action? Beating { get; set; }

    /// <summary>The next batch tells the server how far an audit trail has come.</summary>
    /// <param name="trail">Names the file.</param>
    /// <param name="head">Its last entry.</param>
    public void Anchor(string trail, AuditLink head)
    {
        lock (Sync)
        {
            if (head == _anchored)
                return;
            _anchored = head;
            _anchor = ["A", trail, RedisBatch.Text(head.Entry), head.Hash];
        }
    }

    public ILedgerAccount Open(BudgetTerms terms)
    {
        var (limit, window) = (terms.Limit is { } l ? RedisBatch.Text(l.Value) : "", terms.Window);
        return Ask(new RedisRequest<ILedgerAccount>(
            steps =>
            {
                if (window is not null)
                    Know(window);
                steps.AddRange(["O", terms.Name, limit, window?.Text ?? "", window?.Zone ?? "", terms.Parent ?? ""]);
            },
            reply =>
            {
                var (what, above) = (reply.Text(), reply.Text());
                switch (what)
                {
                    case "MOVED": Demands.CheckParent(terms, above.Length == 0 ? null : above); break;
                    case "ORPHAN": throw Demands.NoParent(terms);
                    case "DEEP": throw Demands.TooDeep();
                }
            },
            rows => Account(terms.Name, rows))).GetAwaiter().GetResult();
    }

    public Task<BudgetFigures> Read(RedisAccount account) => Ask(new RedisRequest<BudgetFigures>(
        steps => steps.AddRange(["F", account.Name]), static _ => { }, _ => account.Figures));

    public Task<BudgetFigures> Change(RedisAccount account, BudgetChange change) => Ask(new RedisRequest<BudgetFigures>(
        steps => steps.AddRange(["C", account.Name, change.TopUp is { } amount ? RedisBatch.Text(amount.Value) : "", change.Limit is { } limit ? RedisBatch.Text(limit.Value) : "",
            change.Frozen is { } frozen ? frozen ? "1" : "0" : "", (change.Note ?? "").ReplaceLineEndings(" "), change.Id?.ToString("N") ?? ""]),
        reply =>
        {
            var (what, limit, extra) = (reply.Text(), reply.NumberOrNone(), reply.NumberOrNone());
            if (what == "UNLIMITED")
                throw Demands.TopUpWithoutLimit();
            if (what == "RANGE")
                Demands.CheckTopUp(limit ?? 0, extra ?? 0, change.TopUp!.Value.Value);
        },
        _ => account.Figures));

    /// <summary>The task ends when the server has everything that was settled so far, and what was leased and is not held: who flushes may be about to end.</summary>
    public Task Flush()
    {
        lock (Sync)
        {
            _isFlushing = true;
            return Ask(new RedisRequest<bool>(static _ => { }, static _ => { }, static _ => true));
        }
    }

    public ValueTask<HoldOutcome> Hold(RedisAccount account, in HoldDemand demand, TimeSpan wait, AuditEntry? audit, CancellationToken cancel)
    {
        Waiter waiter;
        lock (Sync)
        {
            if (RefusalOfAll() is { } refusal)
                throw refusal;
            if (cancel.IsCancellationRequested)
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Cancelled, demand, account.Figures));
            if (account.Knows(demand.Call))
                throw new InvalidOperationException("this call already has a hold, or waits for one, in this budget");
            if (TryHold(account, demand, out var outcome))
            {
                if (audit is not null)
                    _append(audit);
                return new ValueTask<HoldOutcome>(outcome);
            }
            if (RedisDemand.IsBeyondCounting(demand))
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Exceeded, demand, account.Figures));
            if (RefusalOfTrips() is { } absence)
                throw absence;
            account.Expect(demand.Call);
            waiter = new Waiter(account, demand, wait, audit);
            _line.Enqueue(waiter);
            SendSoon();
        }
        waiter.Watch(cancel);
        return new ValueTask<HoldOutcome>(waiter.Task);
    }

    public bool Settle(RedisAccount account, in Settlement settlement)
    {
        lock (Sync)
        {
            if (_isStopped)
                return false;
            var now = Now();
            if (!account.TrySettle(settlement.Call, settlement.Actual.Value, now, out var held))
                return false;
            Report(settlement, held, now);
            if (settlement.Actual.Value > held)
                _overruns.Add((account, new Overrun(DateTimeOffset.FromUnixTimeMilliseconds(now), settlement.Attribution ?? settlement.Told, new(held), settlement.Actual)));
            _active.Add(account);
            if (_line.Count > 0 || account.Top.Row.WantedUntil > now)
                SendSoon();
            else
                SendLater(account);
        }
        if (settlement.Audit is { } entry)
            _append(entry);
        return true;
    }

    /// <summary>The cost of a call that had no hold here.</summary>
    public void Record(in Settlement settlement)
    {
        lock (Sync)
            Report(settlement, long.MaxValue, Now());
        if (settlement.Audit is { } entry)
            _append(entry);
    }

    public void GiveUp(Waiter waiter, HoldStatus why)
    {
        lock (Sync)
        {
            if (!_line.Remove(waiter))
                return;
            var account = (RedisAccount)waiter.Owner;
            account.Forget(waiter.Demand.Call);
            waiter.Outcome = Demands.Refused(why, waiter.Demand, account.Figures);
            if (_line.Count > 0)
                SendSoon(); // who stood behind him
        }
        waiter.Complete(); // if the server grants it all the same, it is room in the lease
    }

    private Task<T> Ask<T>(RedisRequest<T> request)
    {
        lock (Sync)
        {
            if ((RefusalOfAll() ?? RefusalOfTrips()) is { } refusal)
                return Task.FromException<T>(refusal);
            _requests.Add(request);
            SendSoon();
        }
        return request.Task;
    }

    private void Report(in Settlement settlement, long held, long now)
    {
        if (settlement.Attribution is not { } attribution)
            return;
        var key = (SpendSum.HourOf(now), attribution);
        _spend[key] = _spend.GetValueOrDefault(key) + SpendSum.Of(settlement, held);
    }

    /// <summary>The account of a row, made if this process has none, with those above it.</summary>
    private RedisAccount Account(string name, IReadOnlyDictionary<string, RedisRow> rows)
    {
        if (!_accounts.TryGetValue(name, out var account))
        {
            var row = rows[name];
            account = new RedisAccount(this, name, row.Parent.Length == 0 ? null : Account(row.Parent, rows));
            account.Update(row);
            _accounts.Add(name, account);
        }
        return account;
    }
}
