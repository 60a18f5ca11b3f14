using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>What was billed above its hold, as statements of a transaction.</summary>
internal sealed class OverrunRows(Database database, SpendRows spend)
{
    /// <summary>Sums are made of two parts: SQLite has no number that holds any sum of amounts exactly.</summary>
    private const long Part = 1_000_000_000;

    private readonly Statement _insert = database.Prepare("INSERT INTO overruns(budget, at, attribution, held_pico, billed_pico) VALUES(?1, ?2, ?3, ?4, ?5)");
    private readonly Statement _sum = database.Prepare($"""
        SELECT count(*), coalesce(sum((billed_pico - held_pico) / {Part}), 0), coalesce(sum((billed_pico - held_pico) % {Part}), 0) FROM overruns WHERE budget = ?1
        """);
    private readonly Statement _select = database.Prepare("""
        SELECT o.at, o.held_pico, o.billed_pico, a.id, a.agent, a.provider, a.model, a.project, a.tags
        FROM overruns o LEFT JOIN attributions a ON a.id = o.attribution WHERE o.budget = ?1 ORDER BY o.id DESC LIMIT ?2
        """);

    /// <summary>Tells it of every budget of the path.</summary>
    public void Add(BudgetRow[] path, DateTimeOffset at, Attribution? by, long held, long billed)
    {
        var attribution = by is null ? (long?)null : spend.Id(by);
        foreach (var level in path)
            _insert.Bind(1, level.Name).Bind(2, at.ToUnixTimeMilliseconds()).Bind(3, attribution).Bind(4, held).Bind(5, billed).Run();
    }

    public Overruns Read(string budget, int most)
    {
        _sum.Bind(1, budget);
        _sum.Step();
        var count = _sum.Integer(0);
        var above = (Int128)_sum.Integer(1) * Part + _sum.Integer(2);
        _sum.Reset();
        List<Overrun> newest = [];
        _select.Bind(1, budget).Bind(2, (long)most);
        while (_select.Step())
        {
            var by = _select.IsNull(3) ? null : new Attribution(_select.Text(4), _select.Text(5), _select.Text(6), _select.Text(7), _select.Text(8));
            newest.Add(new Overrun(DateTimeOffset.FromUnixTimeMilliseconds(_select.Integer(0)), by, new Picodollars(_select.Integer(1)), new Picodollars(_select.Integer(2))));
        }
        return new Overruns(count, new Picodollars((long)Int128.Min(above, long.MaxValue)), newest);
    }
}
