using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>The statements of one write transaction. Reused from transaction to transaction; one thread.</summary>
internal sealed class LedgerTransaction
{
    /// <summary>How long a hold that expired waits for a late settlement, beyond its expiry.</summary>
    private static readonly TimeSpan LateSettlement = TimeSpan.FromDays(7);

    private readonly Database _database;
    private readonly OwnerIdentity _owner;
    private readonly BudgetRows _budgets;
    private readonly SpendRows _spend;
    private readonly Statement _selectHold, _insertHold, _deleteHold, _expireHold, _staleHolds, _forgetHolds;
    private readonly Statement _heartbeat, _pruneOwners, _leave;
    private readonly long _started;
    private bool _isClean = true;

    public LedgerTransaction(Database database, OwnerIdentity owner, DateTimeOffset started)
    {
        _database = database;
        _owner = owner;
        _started = started.ToUnixTimeMilliseconds();
        _budgets = new BudgetRows(database);
        _spend = new SpendRows(database);
        Overruns = new OverrunRows(database, _spend);
        _selectHold = database.Prepare("SELECT amount_pico, state, expired_at, attribution FROM holds WHERE call_id = ?1 AND budget = ?2");
        _insertHold = database.Prepare(
            "INSERT INTO holds(call_id, budget, owner, amount_pico, created_at, state, attribution) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6) ON CONFLICT DO NOTHING");
        _deleteHold = database.Prepare("DELETE FROM holds WHERE call_id = ?1 AND budget = ?2");
        _expireHold = database.Prepare("UPDATE holds SET state = 1, expired_at = ?3 WHERE call_id = ?1 AND budget = ?2");
        _staleHolds = database.Prepare("""
            SELECT h.call_id, h.budget, h.amount_pico, h.owner, h.attribution FROM holds h LEFT JOIN owners o ON o.id = h.owner
            WHERE h.state = 0 AND h.owner <> ?1 AND coalesce(o.heartbeat_at, h.created_at) < ?2
            """);
        _forgetHolds = database.Prepare("DELETE FROM holds WHERE state = 1 AND expired_at < ?1");
        _heartbeat = database.Prepare("""
            INSERT INTO owners(id, host, boot_id, pid, started_at, heartbeat_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
            """);
        _pruneOwners = database.Prepare(
            "DELETE FROM owners WHERE id <> ?1 AND heartbeat_at < ?2 AND NOT EXISTS (SELECT 1 FROM holds WHERE owner = owners.id)");
        _leave = database.Prepare("DELETE FROM owners WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM holds WHERE owner = ?1)");
        Tokens = new TokenRows(database);
        Circuits = new CircuitRows(database);
        Stops = new StopRows(database);
        Approvals = new ApprovalRows(database);
        Audit = new AuditRows(database);
        Checks = new StoreChecks(database, _budgets, _spend);
    }

    /// <summary>The store's clock when the transaction began.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The sealed values.</summary>
    public TokenRows Tokens { get; }

    /// <summary>The circuits that users of the file share.</summary>
    public CircuitRows Circuits { get; }

    /// <summary>Agents that were stopped by hand.</summary>
    public StopRows Stops { get; }

    /// <summary>Uses of tools that wait for approval.</summary>
    public ApprovalRows Approvals { get; }

    /// <summary>The audit trail.</summary>
    public AuditRows Audit { get; }

    /// <summary>What was billed above its hold.</summary>
    public OverrunRows Overruns { get; }

    /// <summary>What can be wrong with the file.</summary>
    public StoreChecks Checks { get; }

    /// <summary>Whether the owner's heartbeat was written.</summary>
    public bool HeartbeatWritten { get; private set; }

    /// <summary>What <see cref="Balance"/> put right, in words.</summary>
    public List<string> Repairs { get; } = [];

    public Dictionary<string, BudgetRow>.ValueCollection Rows => _budgets.Read;

    private long NowMilliseconds => Now.ToUnixTimeMilliseconds();

    public void Begin(DateTimeOffset now)
    {
        _budgets.Begin(now);
        _spend.Begin(_isClean);
        Audit.Begin();
        _isClean = false;
        HeartbeatWritten = false;
        Repairs.Clear();
        Now = now;
        _database.Begin();
    }

    public void Commit()
    {
        _budgets.Write();
        _spend.Write();
        Audit.Write();
        _database.Commit();
        _isClean = true;
    }

    public void Rollback() => _database.Rollback();

    /// <summary>The account's row.</summary>
    public BudgetRow Row(string name) => _budgets.Get(name);

    /// <summary>Makes the account if there is none, and sets what of the terms differs.</summary>
    public BudgetRow Open(BudgetTerms terms) => _budgets.Open(terms);

    /// <summary>Changes the account.</summary>
    /// <returns>Its row.</returns>
    public BudgetRow Change(string name, BudgetChange change)
    {
        var row = _budgets.Get(name);
        _budgets.Change(row, change);
        return row;
    }

    /// <summary>What happened to the account, newest first.</summary>
    public List<BudgetEvent> Events(string name, int most) => _budgets.Events(name, most);

    /// <summary>What was spent, by attribution.</summary>
    public List<SpendLine> Spend(DateTimeOffset? from, DateTimeOffset? until) => _spend.Read(from, until);

    /// <summary>Writes a granted hold, which the rows count already; false when the store knows the call already.</summary>
    public bool Hold(string budget, in HoldDemand demand, Picodollars amount)
    {
        _insertHold.Bind(1, demand.Call).Bind(2, budget).Bind(3, _owner.Id).Bind(4, amount.Value).Bind(5, NowMilliseconds)
            .Bind(6, demand.Attribution is { } attribution ? _spend.Id(attribution) : null).Run();
        return _database.Changes == 1;
    }

    /// <summary>
    /// Ends a hold, and reports its cost. One that expired was booked in full, and reported so: it is corrected. One that is not there was ended before, and is neither
    /// booked nor reported again.
    /// </summary>
    public void Settle(in WriteBehind item)
    {
        var settlement = item.Settlement;
        if (!item.EndsHold)
        {
            Report(settlement, long.MaxValue);
            return;
        }
        var row = Row(item.Budget);
        if (!item.Withdrawn)
        {
            row.WrittenSpent = Demands.AddSaturated(row.WrittenSpent, settlement.Actual.Value);
            row.WrittenHeld += item.Amount;
        }
        _selectHold.Bind(1, settlement.Call).Bind(2, item.Budget);
        if (!_selectHold.Step())
            return;
        var amount = _selectHold.Integer(0);
        var isExpired = _selectHold.Integer(1) == 1;
        var expiredAt = _selectHold.Integer(2);
        var reportedTo = _selectHold.IsNull(3) ? (long?)null : _selectHold.Integer(3);
        _selectHold.Reset();
        _deleteHold.Bind(1, settlement.Call).Bind(2, item.Budget).Run();
        if (settlement.Actual.Value > amount)
            Overruns.Add(row.Path, Now, settlement.Attribution ?? settlement.Told, amount, settlement.Actual.Value);
        if (!isExpired)
        {
            End(row, amount, settlement.Actual.Value);
            if (!item.Withdrawn)
                Report(settlement, amount);
            return;
        }
        foreach (var level in row.Path)
        {
            // What was booked in a window that has ended is not taken back from the current one.
            var actual = settlement.Actual.Value;
            level.SetSpent(expiredAt >= level.PeriodStart
                ? Demands.AddSaturated(Math.Max(0, level.Spent - amount), actual)
                : Demands.AddSaturated(level.Spent, Math.Max(0, actual - amount)));
        }
        if (reportedTo is { } id)
        {
            _spend.Add(SpendSum.HourOf(expiredAt), id, new SpendSum(0, settlement.Estimated ? 0 : -1, settlement.Actual.Value > amount ? 1 : 0,
                settlement.Tokens.Input, settlement.Tokens.Cached, settlement.Tokens.Output, settlement.Actual.Value - amount));
        }
        Note("hold.corrected", item.Budget, settlement.Call, amount, settlement.Actual.Value, _owner.Id);
        if (settlement.Audit is { } late)
            Append(late);
    }

    public void Append(AuditEntry entry) => Audit.Append(entry.AgentId, entry.EventType, entry.Timestamp, entry.Details);

    /// <summary>Says that the owner of this connection lives.</summary>
    public void Heartbeat()
    {
        if (HeartbeatWritten)
            return;
        _heartbeat.Bind(1, _owner.Id).Bind(2, _owner.Host).Bind(3, _owner.BootId).Bind(4, (long)_owner.ProcessId).Bind(5, _started).Bind(6, NowMilliseconds).Run();
        HeartbeatWritten = true;
    }

    /// <summary>Puts right what another program did to the sums of holds: their rows are the truth. Before the transaction changes anything.</summary>
    public void Balance()
    {
        foreach (var (budget, held, sum) in Checks.Unbalanced())
        {
            if (Find(budget) is not { } row)
                continue;
            row.SetHeld(sum);
            Audit.Note("budget.repaired", Now, json =>
            {
                json.WriteString("budget", budget);
                json.WriteNumber("held_pico", held);
                json.WriteNumber("open_holds_pico", sum);
            });
            Repairs.Add(string.Create(CultureInfo.InvariantCulture,
                $"budget \"{budget}\" of {_database.Path}: held {new Picodollars(held)} dollars, but its open holds sum to {new Picodollars(sum)}; another program changed the file, and the sum was put right"));
        }
    }

    /// <summary>Books the holds of owners that have been silent since <paramref name="cutoff"/> as spent, in full.</summary>
    public void Expire(DateTimeOffset cutoff)
    {
        List<(Guid Call, string Budget, long Amount, string Owner, long? ReportedTo)> stale = [];
        _staleHolds.Bind(1, _owner.Id).Bind(2, cutoff.ToUnixTimeMilliseconds());
        while (_staleHolds.Step())
            stale.Add((_staleHolds.Id(0), _staleHolds.Text(1), _staleHolds.Integer(2), _staleHolds.Text(3),
                _staleHolds.IsNull(4) ? null : _staleHolds.Integer(4)));
        foreach (var (call, budget, amount, owner, reportedTo) in stale)
        {
            if (Find(budget) is not { } row)
                continue;
            _expireHold.Bind(1, call).Bind(2, budget).Bind(3, NowMilliseconds).Run();
            End(row, amount, amount);
            if (reportedTo is { } id)
                _spend.Add(SpendSum.HourOf(Now), id, new SpendSum(1, 1, 0, 0, 0, 0, amount));
            Note("hold.expired", budget, call, amount, amount, owner);
        }
        _forgetHolds.Bind(1, (cutoff - LateSettlement).ToUnixTimeMilliseconds()).Run();
        _pruneOwners.Bind(1, _owner.Id).Bind(2, cutoff.ToUnixTimeMilliseconds()).Run();
    }

    /// <summary>Takes the owner's row out, unless holds of it are left.</summary>
    public void Leave() => _leave.Bind(1, _owner.Id).Run();

    /// <summary>A hold is over, on every level of its path.</summary>
    private void End(BudgetRow row, long amount, long actual)
    {
        foreach (var level in row.Path)
        {
            // Somebody tampered with the sum if it is below one of its parts: the rows are the truth.
            level.SetHeld(level.Held >= amount ? level.Held - amount : _budgets.OpenSum(level.Name));
            level.SetSpent(Demands.AddSaturated(level.Spent, actual));
        }
    }

    private void Report(in Settlement settlement, long held)
    {
        if (settlement.Audit is { } entry)
            Append(entry);
        if (settlement.Attribution is { } attribution)
            _spend.Add(SpendSum.HourOf(Now), _spend.Id(attribution), SpendSum.Of(settlement, held));
    }

    /// <summary>An audit entry of the store itself: money moved without a caller.</summary>
    private void Note(string eventType, string budget, Guid call, long held, long actual, string owner)
    {
        Audit.Note(eventType, Now, json =>
        {
            json.WriteString("budget", budget);
            json.WriteString("call", call);
            json.WriteNumber("held_pico", held);
            json.WriteNumber("actual_pico", actual);
            json.WriteString("owner", owner);
        });
    }

    /// <summary>The account's row; null for one whose time zone is not known here: another process will do with it what is due, or this one when somebody asks for it and is told.</summary>
    private BudgetRow? Find(string budget)
    {
        try
        {
            return Row(budget);
        }
        catch (StoreException)
        {
            return null;
        }
    }
}
