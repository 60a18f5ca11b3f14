using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What was spent, by hour and attribution, as statements of a transaction.</summary>
internal sealed class SpendRows(Database database)
{
    private const int HoursOfDay = 24;

    /// <summary>Behind every hour that can be asked for, and the first of a day.</summary>
    private const long LastHour = 1_000_000_000L * HoursOfDay;

    private readonly Dictionary<Attribution, long> _ids = [];
    private readonly Dictionary<(long Hour, long Attribution), SpendSum> _sums = [];
    private readonly Statement _insertAttribution = database.Prepare(
        "INSERT INTO attributions(agent, provider, model, project, tags) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");
    private readonly Statement _selectAttribution = database.Prepare(
        "SELECT id FROM attributions WHERE agent = ?1 AND provider = ?2 AND model = ?3 AND project = ?4 AND tags = ?5");
    private readonly Statement _addHour = database.Prepare(Upsert("spend", "hour"));
    private readonly Statement _addDay = database.Prepare(Upsert("spend_days", "day"));
    private readonly Statement _select = database.Prepare("""
        SELECT a.agent, a.provider, a.model, a.project, a.tags, s.calls, s.estimated, s.overbilled, s.input, s.cached, s.output, s.cost
        FROM (
            SELECT attribution, sum(calls) calls, sum(estimated) estimated, sum(overbilled) overbilled, sum(input_tokens) input, sum(cached_tokens) cached, sum(output_tokens) output,
                sum(cost_pico) cost
            FROM (
                SELECT attribution, calls, estimated, overbilled, input_tokens, cached_tokens, output_tokens, cost_pico FROM spend_days WHERE day >= ?1 AND day < ?2
                UNION ALL
                SELECT attribution, calls, estimated, overbilled, input_tokens, cached_tokens, output_tokens, cost_pico FROM spend WHERE hour >= ?3 AND hour < ?4
                UNION ALL
                SELECT attribution, calls, estimated, overbilled, input_tokens, cached_tokens, output_tokens, cost_pico FROM spend WHERE hour >= ?5 AND hour < ?6
            ) GROUP BY attribution
        ) s JOIN attributions a ON a.id = s.attribution
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

    /// <summary>Writes the sums of this transaction: a row for each hour and attribution, and for each day, however many calls.</summary>
    public void Write()
    {
        foreach (var (key, sum) in _sums)
        {
            Add(_addHour, key.Hour, key.Attribution, sum);
            Add(_addDay, DayOf(key.Hour), key.Attribution, sum);
        }
        _sums.Clear();
    }

    /// <summary>By attribution, from one hour up to another: whole days out of their sums, and the hours before and behind them.</summary>
    public List<SpendLine> Read(DateTimeOffset? from, DateTimeOffset? until)
    {
        Write();
        List<SpendLine> lines = [];
        var (first, end) = (from is { } f ? Math.Max(0, SpendSum.HourOf(f)) : 0, until is { } u ? SpendSum.HourOf(u) : LastHour);
        var (firstDay, endDay) = (DayOf(first + HoursOfDay - 1), DayOf(end));
        var (wholeFrom, wholeUntil) = firstDay < endDay ? (firstDay * HoursOfDay, endDay * HoursOfDay) : (end, end);
        _select.Bind(1, firstDay).Bind(2, endDay).Bind(3, first).Bind(4, wholeFrom).Bind(5, wholeUntil).Bind(6, end);
        while (_select.Step())
        {
            var attribution = new Attribution(_select.Text(0), _select.Text(1), _select.Text(2), _select.Text(3), _select.Text(4));
            lines.Add(new SpendSum(_select.Integer(5), _select.Integer(6), _select.Integer(7), _select.Integer(8), _select.Integer(9), _select.Integer(10), _select.Integer(11))
                .Line(attribution));
        }
        return lines;
    }

    /// <summary>Sums of days that are not those of their hours: none, unless somebody tampered with them.</summary>
    public long DaysThatDiffer()
    {
        Write();
        using var statement = database.PrepareOnce($"""
            WITH hours AS (
                SELECT hour / {HoursOfDay} day, attribution, sum(calls), sum(estimated), sum(overbilled), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost_pico)
                FROM spend GROUP BY 1, 2)
            SELECT (SELECT count(*) FROM (SELECT * FROM hours EXCEPT SELECT * FROM spend_days)) + (SELECT count(*) FROM (SELECT * FROM spend_days EXCEPT SELECT * FROM hours))
            """);
        statement.Step();
        return statement.Integer(0);
    }

    private static long DayOf(long hour) => hour / HoursOfDay;

    private static void Add(Statement statement, long period, long attribution, in SpendSum sum) =>
        statement.Bind(1, period).Bind(2, attribution).Bind(3, sum.Calls).Bind(4, sum.Estimated).Bind(5, sum.Overbilled).Bind(6, sum.Input).Bind(7, sum.Cached)
            .Bind(8, sum.Output).Bind(9, sum.Cost).Run();

    private static string Upsert(string table, string period) => $"""
        INSERT INTO {table}({period}, attribution, calls, estimated, overbilled, input_tokens, cached_tokens, output_tokens, cost_pico) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT({period}, attribution) DO UPDATE SET calls = calls + excluded.calls, estimated = estimated + excluded.estimated, overbilled = overbilled + excluded.overbilled,
            input_tokens = input_tokens + excluded.input_tokens, cached_tokens = cached_tokens + excluded.cached_tokens, output_tokens = output_tokens + excluded.output_tokens,
            cost_pico = cost_pico + excluded.cost_pico
        """;
}
