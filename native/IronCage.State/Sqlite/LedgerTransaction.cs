using System.Globalization;
using System.Text;
using System.Text.Json;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// The statements of one write transaction. Budget rows are read once, changed in memory and written once, so that a transaction of a thousand holds of one budget
/// updates one row. Reused from transaction to transaction; one thread.
/// </summary>
internal sealed class LedgerTransaction
{
    private readonly Database _database;
    private readonly OwnerIdentity _owner;
    private readonly Dictionary<string, BudgetRow> _rows = new(StringComparer.Ordinal);
    private readonly Statement _selectBudget, _insertBudget, _updateBudget, _sumHolds;
    private readonly Statement _selectHold, _insertHold, _deleteHold, _expireHold, _staleHolds;
    private readonly Statement _heartbeat, _pruneOwners, _leave, _insertAudit;
    private readonly long _started;

    public LedgerTransaction(Database database, OwnerIdentity owner, DateTimeOffset started)
    {
        _database = database;
        _owner = owner;
        _started = started.ToUnixTimeMilliseconds();
        _selectBudget = database.Prepare("SELECT limit_pico, spent_pico, held_pico FROM budgets WHERE name = ?1");
        _insertBudget = database.Prepare("INSERT INTO budgets(name, limit_pico, spent_pico, held_pico, created_at, updated_at) VALUES(?1, ?2, 0, 0, ?3, ?3)");
        _updateBudget = database.Prepare("UPDATE budgets SET limit_pico = ?2, spent_pico = ?3, held_pico = ?4, updated_at = ?5 WHERE name = ?1");
        _sumHolds = database.Prepare("SELECT coalesce(sum(amount_pico), 0) FROM holds WHERE budget = ?1 AND state = 0");
        _selectHold = database.Prepare("SELECT amount_pico, state FROM holds WHERE call_id = ?1 AND budget = ?2");
        _insertHold = database.Prepare(
            "INSERT INTO holds(call_id, budget, owner, amount_pico, created_at, state) VALUES(?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING");
        _deleteHold = database.Prepare("DELETE FROM holds WHERE call_id = ?1 AND budget = ?2");
        _expireHold = database.Prepare("UPDATE holds SET state = 1 WHERE call_id = ?1 AND budget = ?2");
        _staleHolds = database.Prepare("""
            SELECT h.call_id, h.budget, h.amount_pico, h.owner FROM holds h LEFT JOIN owners o ON o.id = h.owner
            WHERE h.state = 0 AND h.owner <> ?1 AND coalesce(o.heartbeat_at, h.created_at) < ?2
            """);
        _heartbeat = database.Prepare("""
            INSERT INTO owners(id, host, boot_id, pid, started_at, heartbeat_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
            """);
        _pruneOwners = database.Prepare(
            "DELETE FROM owners WHERE id <> ?1 AND heartbeat_at < ?2 AND NOT EXISTS (SELECT 1 FROM holds WHERE owner = owners.id)");
        _leave = database.Prepare("DELETE FROM owners WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM holds WHERE owner = ?1)");
        Tokens = new TokenRows(database);
        _insertAudit = database.Prepare("INSERT INTO audit_events(agent_id, event_type, timestamp, details) VALUES(?1, ?2, ?3, ?4)");
    }

    /// <summary>The store's clock when the transaction began.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The sealed values.</summary>
    public TokenRows Tokens { get; }

    /// <summary>Whether the owner's heartbeat was written.</summary>
    public bool HeartbeatWritten { get; private set; }

    public Dictionary<string, BudgetRow>.ValueCollection Rows => _rows.Values;

    private long NowMilliseconds => Now.ToUnixTimeMilliseconds();

    public void Begin(DateTimeOffset now)
    {
        _rows.Clear();
        HeartbeatWritten = false;
        Now = now;
        _database.Begin();
    }

    public void Commit()
    {
        foreach (var row in _rows.Values)
        {
            if (row.Changed)
                _updateBudget.Bind(1, row.Name).Bind(2, row.Limit).Bind(3, row.Spent).Bind(4, row.Held).Bind(5, NowMilliseconds).Run();
        }
        _database.Commit();
    }

    public void Rollback() => _database.Rollback();

    /// <summary>The account's row.</summary>
    public BudgetRow Row(string name) =>
        Find(name) ?? throw new StoreException($"the store {_database.Path} has lost the budget \"{name}\"; restore it from a backup");

    /// <summary>Makes the account if there is none, and sets its limit if one is given.</summary>
    public BudgetRow Open(string name, long? limit)
    {
        if (Find(name) is not { } row)
        {
            _insertBudget.Bind(1, name).Bind(2, limit).Bind(3, NowMilliseconds).Run();
            _rows[name] = row = new BudgetRow(name, limit, 0, 0);
        }
        else if (limit is not null)
        {
            row.Set(limit, row.Spent, row.Held);
        }
        return row;
    }

    /// <summary>Writes a granted hold, which <see cref="BudgetRow.Held"/> already counts; false when the store knows the call already.</summary>
    public bool Hold(string budget, Guid call, Picodollars amount)
    {
        _insertHold.Bind(1, call).Bind(2, budget).Bind(3, _owner.Id).Bind(4, amount.Value).Bind(5, NowMilliseconds).Run();
        return _database.Changes == 1;
    }

    /// <summary>Ends a hold. One that expired was booked in full: it is corrected. One that is not there was ended before.</summary>
    public void Settle(in WriteBehind settlement)
    {
        var row = Row(settlement.Budget);
        if (!settlement.Withdrawn)
        {
            row.WrittenSpent = Demands.AddSaturated(row.WrittenSpent, settlement.Actual);
            row.WrittenHeld += settlement.Amount;
        }
        _selectHold.Bind(1, settlement.Call).Bind(2, settlement.Budget);
        if (!_selectHold.Step())
            return;
        var amount = _selectHold.Integer(0);
        var expired = _selectHold.Integer(1) == 1;
        _selectHold.Reset();
        _deleteHold.Bind(1, settlement.Call).Bind(2, settlement.Budget).Run();
        if (expired)
        {
            row.Set(row.Limit, Demands.AddSaturated(Math.Max(0, row.Spent - amount), settlement.Actual), row.Held);
            Note("hold.corrected", settlement.Budget, settlement.Call, amount, settlement.Actual, _owner.Id);
        }
        else
        {
            // Somebody tampered with the sum if it is below one of its parts: the rows are the truth.
            var held = row.Held >= amount ? row.Held - amount : OpenSum(settlement.Budget);
            row.Set(row.Limit, Demands.AddSaturated(row.Spent, settlement.Actual), held);
        }
    }

    public void Append(AuditEntry entry) => Append(entry.AgentId, entry.EventType, entry.Timestamp, entry.Details);

    /// <summary>Says that the owner of this connection lives.</summary>
    public void Heartbeat()
    {
        if (HeartbeatWritten)
            return;
        _heartbeat.Bind(1, _owner.Id).Bind(2, _owner.Host).Bind(3, _owner.BootId).Bind(4, (long)_owner.ProcessId).Bind(5, _started).Bind(6, NowMilliseconds).Run();
        HeartbeatWritten = true;
    }

    /// <summary>Books the holds of owners that have been silent since <paramref name="cutoff"/> as spent, in full.</summary>
    public void Expire(DateTimeOffset cutoff)
    {
        List<(Guid Call, string Budget, long Amount, string Owner)> stale = [];
        _staleHolds.Bind(1, _owner.Id).Bind(2, cutoff.ToUnixTimeMilliseconds());
        while (_staleHolds.Step())
            stale.Add((_staleHolds.Id(0), _staleHolds.Text(1), _staleHolds.Integer(2), _staleHolds.Text(3)));
        foreach (var (call, budget, amount, owner) in stale)
        {
            _expireHold.Bind(1, call).Bind(2, budget).Run();
            var row = Row(budget);
            var held = row.Held >= amount ? row.Held - amount : OpenSum(budget);
            row.Set(row.Limit, Demands.AddSaturated(row.Spent, amount), held);
            Note("hold.expired", budget, call, amount, amount, owner);
        }
        _pruneOwners.Bind(1, _owner.Id).Bind(2, cutoff.ToUnixTimeMilliseconds()).Run();
    }

    /// <summary>Takes the owner's row out, unless holds of it are left.</summary>
    public void Leave() => _leave.Bind(1, _owner.Id).Run();

    /// <summary>What is wrong with the store, in words; empty when nothing is.</summary>
    public IReadOnlyList<string> CheckIntegrity()
    {
        List<string> problems = [];
        using (var check = _database.PrepareOnce("PRAGMA integrity_check"))
        {
            while (check.Step())
            {
                if (check.Text(0) is not "ok" and var problem)
                    problems.Add(problem);
            }
        }
        using (var sums = _database.PrepareOnce("""
            SELECT b.name, b.held_pico, coalesce((SELECT sum(amount_pico) FROM holds h WHERE h.budget = b.name AND h.state = 0), 0)
            FROM budgets b
            """))
        {
            while (sums.Step())
            {
                // This transaction may have changed the row without having written it yet.
                var held = _rows.TryGetValue(sums.Text(0), out var row) ? row.Held : sums.Integer(1);
                if (held != sums.Integer(2))
                    problems.Add(string.Create(CultureInfo.InvariantCulture, $"budget \"{sums.Text(0)}\": held {held}, but its open holds sum to {sums.Integer(2)}"));
            }
        }
        using (var orphans = _database.PrepareOnce("SELECT count(*), min(budget) FROM holds WHERE budget NOT IN (SELECT name FROM budgets)"))
        {
            if (orphans.Step() && orphans.Integer(0) is > 0 and var count)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} holds belong to no budget (\"{orphans.Text(1)}\")"));
        }
        return problems;
    }

    private BudgetRow? Find(string name)
    {
        if (_rows.TryGetValue(name, out var row))
            return row;
        _selectBudget.Bind(1, name);
        if (!_selectBudget.Step())
            return null;
        row = new BudgetRow(name, _selectBudget.IsNull(0) ? null : _selectBudget.Integer(0), _selectBudget.Integer(1), _selectBudget.Integer(2));
        _selectBudget.Reset();
        _rows.Add(name, row);
        return row;
    }

    private long OpenSum(string budget)
    {
        _sumHolds.Bind(1, budget);
        var sum = _sumHolds.Step() ? _sumHolds.Integer(0) : 0;
        _sumHolds.Reset();
        return sum;
    }

    /// <summary>An audit entry of the store itself: money moved without a caller.</summary>
    private void Note(string eventType, string budget, Guid call, long held, long actual, string owner)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("budget", budget);
            json.WriteString("call", call);
            json.WriteNumber("held_pico", held);
            json.WriteNumber("actual_pico", actual);
            json.WriteString("owner", owner);
            json.WriteEndObject();
        }
        Append("", eventType, Now, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private void Append(string agent, string eventType, DateTimeOffset timestamp, string details) => _insertAudit
        .Bind(1, agent).Bind(2, eventType)
        .Bind(3, timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture))
        .Bind(4, details).Run();
}
