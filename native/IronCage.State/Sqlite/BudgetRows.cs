using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// The rows of <c>budgets</c> and <c>budget_events</c>, as statements of a transaction. A budget is read once, with those above it, changed in memory and written once, so that a
/// transaction of a thousand holds of one budget updates one row.
/// </summary>
internal sealed class BudgetRows(Database database)
{
    private readonly Dictionary<string, BudgetRow> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Text, string Zone), BudgetWindow> _windows = [];
    private readonly Statement _select = database.Prepare(
        "SELECT limit_pico, spent_pico, held_pico, extra_pico, frozen, window, zone, period_start, period_end, parent FROM budgets WHERE name = ?1");
    private readonly Statement _insert = database.Prepare("""
        INSERT INTO budgets(name, limit_pico, spent_pico, held_pico, created_at, updated_at, window, zone, period_start, period_end, parent)
        VALUES(?1, ?2, 0, 0, ?3, ?3, ?4, ?5, ?6, ?7, ?8)
        """);
    private readonly Statement _update = database.Prepare("""
        UPDATE budgets SET limit_pico = ?2, spent_pico = ?3, held_pico = ?4, updated_at = ?5, extra_pico = ?6, frozen = ?7, window = ?8, zone = ?9, period_start = ?10, period_end = ?11
        WHERE name = ?1
        """);
    private readonly Statement _insertEvent = database.Prepare(
        "INSERT INTO budget_events(budget, at, kind, amount_pico, note, change_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly Statement _selectChange = database.Prepare("SELECT 1 FROM budget_events WHERE budget = ?1 AND change_id = ?2 LIMIT 1");
    private readonly Statement _selectEvents = database.Prepare("SELECT at, kind, amount_pico, note FROM budget_events WHERE budget = ?1 ORDER BY id DESC LIMIT ?2");
    private readonly Statement _sumHolds = database.Prepare("""
        WITH RECURSIVE below(name) AS (SELECT ?1 UNION SELECT b.name FROM budgets b JOIN below ON b.parent = below.name)
        SELECT coalesce(sum(amount_pico), 0) FROM holds WHERE state = 0 AND budget IN below
        """);
    private readonly Statement _unbalanced = database.Prepare($"""
        WITH RECURSIVE up(name, amount, level) AS (
            SELECT budget, sum(amount_pico), 1 FROM holds WHERE state = 0 GROUP BY budget
            UNION ALL SELECT b.parent, up.amount, up.level + 1 FROM up JOIN budgets b ON b.name = up.name WHERE b.parent IS NOT NULL AND up.level < {BudgetTerms.MostLevels})
        SELECT b.name, b.held_pico, coalesce(s.amount, 0) FROM budgets b LEFT JOIN (SELECT name, sum(amount) AS amount FROM up GROUP BY name) s ON s.name = b.name
        WHERE b.held_pico <> coalesce(s.amount, 0)
        """);
    private DateTimeOffset _now;

    /// <summary>Those that were read or made in this transaction.</summary>
    public Dictionary<string, BudgetRow>.ValueCollection Read => _rows.Values;

    private long NowMilliseconds => _now.ToUnixTimeMilliseconds();

    /// <summary>A transaction begins.</summary>
    public void Begin(DateTimeOffset now)
    {
        _rows.Clear();
        _now = now;
    }

    /// <summary>Writes what changed.</summary>
    public void Write()
    {
        foreach (var row in _rows.Values)
        {
            if (row.Changed)
            {
                _update.Bind(1, row.Name).Bind(2, row.Limit).Bind(3, row.Spent).Bind(4, row.Held).Bind(5, NowMilliseconds).Bind(6, row.Extra).Bind(7, row.IsFrozen ? 1 : 0)
                    .Bind(8, row.Window.Text).Bind(9, row.Window.Zone).Bind(10, row.PeriodStart).Bind(11, row.PeriodEnd).Run();
            }
        }
    }

    /// <summary>The row, if this transaction knows it already.</summary>
    public BudgetRow? Peek(string name) => _rows.GetValueOrDefault(name);

    /// <summary>The row, or null.</summary>
    public BudgetRow? Find(string name)
    {
        if (_rows.TryGetValue(name, out var row))
            return row;
        return Find(name, BudgetTerms.MostLevels);
    }

    /// <summary>The row.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public BudgetRow Get(string name) =>
        Find(name) ?? throw new StoreException($"the store {database.Path} has lost the budget \"{name}\"; restore it from a backup");

    /// <summary>Makes the budget if there is none, and sets what of the terms differs.</summary>
    /// <exception cref="ArgumentException">The parent does not exist, or is another than before.</exception>
    public BudgetRow Open(BudgetTerms terms)
    {
        if (Find(terms.Name) is { } row)
        {
            Demands.CheckParent(terms, row.Parent?.Name);
            if (terms.Window is { } window && !window.Equals(row.Window))
            {
                if (!row.Window.IsTotal)
                    Note(row, BudgetEventKind.WindowEnded, row.Spent);
                row.Replace(window, _now);
            }
            if (terms.Limit is { } limit)
                SetLimit(row, limit.Value, null);
            return row;
        }
        var parent = terms.Parent is { } above ? Find(above) ?? throw Demands.NoParent(terms) : null;
        if (parent?.Path.Length == BudgetTerms.MostLevels)
            throw Demands.TooDeep();
        row = BudgetRow.Make(terms.Name, terms.Limit?.Value, terms.Window ?? BudgetWindow.Total, parent, _now);
        _insert.Bind(1, row.Name).Bind(2, row.Limit).Bind(3, NowMilliseconds).Bind(4, row.Window.Text).Bind(5, row.Window.Zone).Bind(6, row.PeriodStart).Bind(7, row.PeriodEnd)
            .Bind(8, parent?.Name).Run();
        _rows[row.Name] = row;
        Note(row, BudgetEventKind.Opened, row.Limit);
        return row;
    }

    /// <exception cref="ArgumentException">It does not fit the budget.</exception>
    public void Change(BudgetRow row, BudgetChange change)
    {
        if (change.Limit is { } wanted)
            Demands.CheckAmount(wanted, nameof(BudgetChange.Limit));
        if (change.Id is { } id && IsKnown(row, id))
            return;
        if (change.TopUp is { } amount)
        {
            row.SetExtra(Demands.CheckTopUp(row.Limit ?? throw Demands.TopUpWithoutLimit(), row.Extra, amount.Value));
            Note(row, BudgetEventKind.TopUp, amount.Value, change.Note, change.Id);
        }
        if (change.Limit is { } limit)
            SetLimit(row, limit.Value, change.Note, change.Id);
        // One that is told apart is kept even where it changes nothing, so that it does nothing when it is tried again.
        if (change.Frozen is { } frozen && (frozen != row.IsFrozen || change.Id is not null))
        {
            row.SetFrozen(frozen);
            Note(row, frozen ? BudgetEventKind.Frozen : BudgetEventKind.Unfrozen, null, change.Note, change.Id);
        }
    }

    /// <summary>What happened to the budget, newest first.</summary>
    public List<BudgetEvent> Events(string name, int most)
    {
        List<BudgetEvent> events = [];
        _selectEvents.Bind(1, name).Bind(2, (long)most);
        while (_selectEvents.Step())
        {
            events.Add(new BudgetEvent(DateTimeOffset.FromUnixTimeMilliseconds(_selectEvents.Integer(0)), (BudgetEventKind)_selectEvents.Integer(1),
                _selectEvents.IsNull(2) ? null : new Picodollars(_selectEvents.Integer(2)), _selectEvents.Text(3)));
        }
        return events;
    }

    /// <summary>What the open holds of the budget and of those below it sum to.</summary>
    public long OpenSum(string name)
    {
        _sumHolds.Bind(1, name);
        var sum = _sumHolds.Step() ? _sumHolds.Integer(0) : 0;
        _sumHolds.Reset();
        return sum;
    }

    /// <summary>Budgets whose rows do not hold what their open holds, and those of the budgets below, sum to. Before the transaction changes either.</summary>
    public List<(string Name, long Held, long Sum)> Unbalanced()
    {
        List<(string, long, long)> found = [];
        while (_unbalanced.Step())
            found.Add((_unbalanced.Text(0), _unbalanced.Integer(1), _unbalanced.Integer(2)));
        return found;
    }

    private BudgetRow? Find(string name, int levels)
    {
        if (_rows.TryGetValue(name, out var row))
            return row;
        if (levels == 0)
            throw new StoreException($"the store {database.Path} is damaged: the budgets above \"{name}\" form a circle; restore it from a backup");
        // A statement is read to its end before it is used again for the parent.
        var parentName = ParentOf(name);
        if (parentName is null)
            return null;
        var parent = parentName.Length == 0 ? null : Find(parentName, levels - 1) ?? throw new StoreException($"the store {database.Path} has lost the budget \"{parentName}\"; restore it from a backup");
        _select.Bind(1, name);
        try
        {
            _select.Step();
            row = BudgetRow.Read(name, _select, WindowOf(_select.Text(5), _select.Text(6)), parent);
        }
        finally
        {
            _select.Reset();
        }
        _rows.Add(name, row);
        // The clock of a machine may be set back: a window that has begun stays the current one until it ends.
        if (NowMilliseconds >= row.PeriodEnd)
        {
            Note(row, BudgetEventKind.WindowEnded, row.Spent, at: row.PeriodEnd);
            row.Begin(row.Window, _now);
        }
        return row;
    }

    /// <summary>Null: there is no such budget; empty: it has none above it.</summary>
    private string? ParentOf(string name)
    {
        _select.Bind(1, name);
        var parent = _select.Step() ? _select.Text(9) : null;
        _select.Reset();
        return parent;
    }

    private BudgetWindow WindowOf(string text, string zone)
    {
        if (text == "total")
            return BudgetWindow.Total;
        if (!_windows.TryGetValue((text, zone), out var window))
        {
            try
            {
                _windows.Add((text, zone), window = BudgetWindow.Parse(text, zone));
            }
            catch (FormatException e)
            {
                throw new StoreException($"the store {database.Path} has a budget whose window ({text}, {zone}) cannot be understood here: it {e.Message}", e);
            }
        }
        return window;
    }

    private void SetLimit(BudgetRow row, long limit, string? note, Guid? id = null)
    {
        if (limit == row.Limit && id is null)
            return;
        row.SetLimit(limit);
        row.SetExtra(Math.Max(row.Extra, -limit));
        Note(row, BudgetEventKind.Limit, limit, note, id);
    }

    private bool IsKnown(BudgetRow row, Guid id)
    {
        _selectChange.Bind(1, row.Name).Bind(2, id);
        var isKnown = _selectChange.Step();
        _selectChange.Reset();
        return isKnown;
    }

    private void Note(BudgetRow row, BudgetEventKind kind, long? amount, string? note = null, Guid? id = null, long? at = null)
    {
        _insertEvent.Bind(1, row.Name).Bind(2, at ?? NowMilliseconds).Bind(3, (long)kind).Bind(4, amount).Bind(5, note ?? "");
        if (id is { } change)
            _insertEvent.Bind(6, change);
        else
            _insertEvent.BindNull(6);
        _insertEvent.Run();
    }
}
