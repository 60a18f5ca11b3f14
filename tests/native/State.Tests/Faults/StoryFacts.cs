using System.Text.Json;

namespace IronCage.State.Tests.Faults;

/// <summary>What an SQLite file that nobody has open says of a story. Amounts in picodollars.</summary>
internal sealed class StoryFacts
{
    private StoryFacts(string path)
    {
        using var database = new Database(path, TimeSpan.FromSeconds(5));
        Read(database, "SELECT call_id, budget, amount_pico, state FROM holds WHERE budget IN ('org', 'team', 'agent')",
            row => Holds.Add(row.Id(0), (row.Text(1), row.Integer(2), row.Integer(3) == 1)));
        Read(database, """
            SELECT name, limit_pico, extra_pico, spent_pico, held_pico, (SELECT coalesce(sum(amount_pico), 0) FROM budget_events e WHERE e.budget = b.name AND kind = 5) FROM budgets b
            """,
            row => Budgets.Add(row.Text(0), (row.Integer(1) + row.Integer(2), row.Integer(3), row.Integer(4), row.Integer(5))));
        Read(database, "SELECT change_id FROM budget_events WHERE change_id IS NOT NULL", row => Changes.Add(row.Id(0)));
        Read(database, "SELECT coalesce(sum(cost_pico), 0) FROM spend", row => Spend = row.Integer(0));
        Read(database, "SELECT count(*) FROM tokens WHERE name = '" + LedgerStory.Token + "'", row => HasToken = row.Integer(0) == 1);
        Read(database, "SELECT entry FROM audit_chain WHERE name = 'checkpoint'", _ => IsPruned = true);
        Read(database, "SELECT event_type, details FROM audit_events WHERE agent_id = '" + LedgerStory.Agent + "' OR json_extract(details, '$.budget') IN ('org', 'team', 'agent')",
            row => Entry(row.Text(0), JsonDocument.Parse(row.Text(1)).RootElement));
    }

    public Dictionary<Guid, (string Budget, long Amount, bool IsExpired)> Holds { get; } = [];

    /// <summary>Ended: what windows that are over had spent.</summary>
    public Dictionary<string, (long Limit, long Spent, long Held, long Ended)> Budgets { get; } = [];

    public List<Guid> Changes { get; } = [];
    public long Spend { get; private set; }
    public bool HasToken { get; private set; }
    public bool IsPruned { get; private set; }
    public List<Guid> Allowed { get; } = [];
    public List<(Guid Call, long Cost)> Settled { get; } = [];
    public List<Guid> Expired { get; } = [];
    public List<int> Notes { get; } = [];

    public static StoryFacts Of(string path) => new(path);

    private static void Read(Database database, string sql, Action<Statement> row)
    {
        using var statement = database.PrepareOnce(sql);
        while (statement.Step())
            row(statement);
    }

    private void Entry(string type, JsonElement details)
    {
        switch (type)
        {
            case "call.allowed":
                Allowed.Add(details.GetProperty("call").GetGuid());
                break;
            case "call.settled":
                Settled.Add((details.GetProperty("call").GetGuid(), details.GetProperty("cost").GetInt64()));
                break;
            case "hold.expired":
                Expired.Add(details.GetProperty("call").GetGuid());
                break;
            case "note":
                Notes.Add(details.GetProperty("n").GetInt32());
                break;
        }
    }
}
