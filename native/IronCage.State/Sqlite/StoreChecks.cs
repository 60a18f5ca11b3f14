using System.Globalization;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What can be wrong with a file, as statements of a transaction.</summary>
internal sealed class StoreChecks(Database database, BudgetRows budgets, SpendRows spend)
{
    private readonly Statement _unbalanced = database.Prepare($"""
        WITH RECURSIVE up(name, amount, level) AS (
            SELECT budget, sum(amount_pico), 1 FROM holds WHERE state = 0 GROUP BY budget
            UNION ALL SELECT b.parent, up.amount, up.level + 1 FROM up JOIN budgets b ON b.name = up.name WHERE b.parent IS NOT NULL AND up.level < {BudgetTerms.MostLevels})
        SELECT b.name, b.held_pico, coalesce(s.amount, 0) FROM budgets b LEFT JOIN (SELECT name, sum(amount) AS amount FROM up GROUP BY name) s ON s.name = b.name
        WHERE b.held_pico <> coalesce(s.amount, 0)
        """);

    /// <summary>Budgets whose rows do not hold what their open holds, and those of the budgets below, sum to. Before the transaction changes either.</summary>
    public List<(string Name, long Held, long Sum)> Unbalanced()
    {
        List<(string, long, long)> found = [];
        while (_unbalanced.Step())
            found.Add((_unbalanced.Text(0), _unbalanced.Integer(1), _unbalanced.Integer(2)));
        return found;
    }

    /// <summary>How many budgets, open holds and audit entries there are.</summary>
    public (long Budgets, long OpenHolds, long Entries) Count()
    {
        using var counts = database.PrepareOnce("SELECT (SELECT count(*) FROM budgets), (SELECT count(*) FROM holds WHERE state = 0), (SELECT count(*) FROM audit_events)");
        counts.Step();
        return (counts.Integer(0), counts.Integer(1), counts.Integer(2));
    }

    /// <summary>What is wrong with the store, in words; empty when nothing is.</summary>
    public IReadOnlyList<string> CheckIntegrity()
    {
        List<string> problems = [];
        using (var check = database.PrepareOnce("PRAGMA integrity_check"))
        {
            while (check.Step())
            {
                if (check.Text(0) is not "ok" and var problem)
                    problems.Add(problem);
            }
        }
        using (var sums = database.PrepareOnce("""
            WITH RECURSIVE below(top, name) AS (SELECT name, name FROM budgets UNION SELECT below.top, b.name FROM budgets b JOIN below ON b.parent = below.name)
            SELECT b.name, b.held_pico,
                coalesce((SELECT sum(amount_pico) FROM below JOIN holds h ON h.budget = below.name WHERE below.top = b.name AND h.state = 0), 0)
            FROM budgets b
            """))
        {
            while (sums.Step())
            {
                // This transaction may have changed the row without having written it yet.
                var held = budgets.Peek(sums.Text(0)) is { } row ? row.Held : sums.Integer(1);
                if (held != sums.Integer(2))
                    problems.Add(string.Create(CultureInfo.InvariantCulture, $"budget \"{sums.Text(0)}\": held {held}, but its open holds sum to {sums.Integer(2)}"));
            }
        }
        using (var orphans = database.PrepareOnce("SELECT count(*), min(budget) FROM holds WHERE budget NOT IN (SELECT name FROM budgets)"))
        {
            if (orphans.Step() && orphans.Integer(0) is > 0 and var count)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} holds belong to no budget (\"{orphans.Text(1)}\")"));
        }
        if (spend.DaysThatDiffer() is > 0 and var days)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"spend: {days} sums of days are not those of their hours"));
        return problems;
    }
}
