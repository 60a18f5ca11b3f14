using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What was spent, by hour and attribution, as statements of a transaction.</summary>
internal sealed class SpendRows(Database database)
{
    private readonly Dictionary<Attribution, long> _ids = [];
    private readonly Dictionary<(long Hour, long Attribution), SpendSum> _sums = [];
    private readonly Statement _insertAttribution = database.Prepare(
        "INSERT INTO attributions(agent, provider, model, project, tags) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");
    private readonly Statement _selectAttribution = database.Prepare(
        "SELECT id FROM attributions WHERE agent = ?1 AND provider = ?2 AND model = ?3 AND project = ?4 AND tags = ?5");
    private readonly Statement _upsert = database.Prepare("""
        INSERT INTO spend(hour, attribution, calls, estimated, overbilled, input_tokens, cached_tokens, output_tokens, cost_pico) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT(hour, attribution) DO UPDATE SET calls = calls + excluded.calls, estimated = estimated + excluded.estimated, overbilled = overbilled + excluded.overbilled,
            input_tokens = input_tokens + excluded.input_tokens, cached_tokens = cached_tokens + excluded.cached_tokens, output_tokens = output_tokens + excluded.output_tokens,
            cost_pico = cost_pico + excluded.cost_pico
        """);
    private readonly Statement _select = database.Prepare("""
        SELECT a.agent, a.provider, a.model, a.project, a.tags, sum(s.calls), sum(s.estimated), sum(s.overbilled), sum(s.input_tokens), sum(s.cached_tokens), sum(s.output_tokens),
            sum(s.cost_pico)
        FROM (SELECT * FROM spend WHERE hour >= ?1 AND hour < ?2) s JOIN attributions a ON a.id = s.attribution GROUP BY a.id
        """);

    /// <summary>A transaction begins. What an earlier one that was rolled back learned is forgotten.</summary>
    /// <param name="isClean">Whether the last one was committed.</param>
    public void Begin(bool isClean)
    {
        _sums.Clear();
        if (!isClean)
            _ids.Clear();
    }

    /// <summary>The number of an attribution, made if there is none.</summary>
    public long Id(Attribution attribution)
    {
        if (_ids.TryGetValue(attribution, out var id))
            return id;
        _insertAttribution.Bind(1, attribution.Agent).Bind(2, attribution.Provider).Bind(3, attribution.Model).Bind(4, attribution.Project).Bind(5, attribution.Tags).Run();
        _selectAttribution.Bind(1, attribution.Agent).Bind(2, attribution.Provider).Bind(3, attribution.Model).Bind(4, attribution.Project).Bind(5, attribution.Tags);
        _selectAttribution.Step();
        id = _selectAttribution.Integer(0);
        _selectAttribution.Reset();
        _ids.Add(attribution, id);
        return id;
    }

    /// <summary>Adds what <see cref="Write"/> will write.</summary>
    public void Add(long hour, long attribution, in SpendSum sum) => _sums[(hour, attribution)] = _sums.GetValueOrDefault((hour, attribution)) + sum;

    /// <summary>Writes the sums of this transaction: a row for each hour and attribution, however many calls.</summary>
    public void Write()
    {
        foreach (var (key, sum) in _sums)
        {
            _upsert.Bind(1, key.Hour).Bind(2, key.Attribution).Bind(3, sum.Calls).Bind(4, sum.Estimated).Bind(5, sum.Overbilled).Bind(6, sum.Input).Bind(7, sum.Cached)
                .Bind(8, sum.Output).Bind(9, sum.Cost).Run();
        }
        _sums.Clear();
    }

    /// <summary>By attribution, from one hour up to another.</summary>
    public List<SpendLine> Read(DateTimeOffset? from, DateTimeOffset? until)
    {
        Write();
        List<SpendLine> lines = [];
        _select.Bind(1, from is { } first ? SpendSum.HourOf(first) : long.MinValue).Bind(2, until is { } end ? SpendSum.HourOf(end) : long.MaxValue);
        while (_select.Step())
        {
            var attribution = new Attribution(_select.Text(0), _select.Text(1), _select.Text(2), _select.Text(3), _select.Text(4));
            lines.Add(new SpendSum(_select.Integer(5), _select.Integer(6), _select.Integer(7), _select.Integer(8), _select.Integer(9), _select.Integer(10), _select.Integer(11))
                .Line(attribution));
        }
        return lines;
    }
}
