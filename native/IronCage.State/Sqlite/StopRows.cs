using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>Agents that were stopped by hand, as statements of a transaction.</summary>
internal sealed class StopRows(Database database)
{
    private readonly Statement _insert = database.Prepare("INSERT INTO stops(agent, reason, at) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING 1");
    private readonly Statement _delete = database.Prepare("DELETE FROM stops WHERE agent = ?1 RETURNING 1");
    private readonly Statement _select = database.Prepare("SELECT agent, reason, at FROM stops ORDER BY agent");

    /// <summary>Adds it; false where the agent has one.</summary>
    public bool Add(StopMark mark) => HasRow(_insert.Bind(1, mark.Agent).Bind(2, mark.Reason).Bind(3, mark.At.ToUnixTimeMilliseconds()));

    /// <summary>Takes it away; false where there is none.</summary>
    public bool Remove(string agent) => HasRow(_delete.Bind(1, agent));

    public IReadOnlyList<StopMark> Read()
    {
        List<StopMark> marks = [];
        while (_select.Step())
            marks.Add(new StopMark(_select.Text(0), _select.Text(1), DateTimeOffset.FromUnixTimeMilliseconds(_select.Integer(2))));
        return marks;
    }

    private static bool HasRow(Statement statement)
    {
        var found = false;
        while (statement.Step())
            found = true;
        return found;
    }
}
