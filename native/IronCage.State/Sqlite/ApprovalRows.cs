using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>Uses of tools that wait for approval, as statements of a transaction.</summary>
internal sealed class ApprovalRows(Database database)
{
    private readonly Statement _insert = database.Prepare("INSERT INTO approvals(id, agent, request, until) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
    private readonly Statement _delete = database.Prepare("DELETE FROM approvals WHERE id = ?1");
    private readonly Statement _prune = database.Prepare("DELETE FROM approvals WHERE until < ?1");
    private readonly Statement _decide = database.Prepare("UPDATE approvals SET decided = 1, denied = ?2 WHERE id = ?1 AND decided = 0 AND until >= ?3 RETURNING 1");
    private readonly Statement _select = database.Prepare("SELECT id, agent, request, until FROM approvals WHERE decided = 0 AND until >= ?1 ORDER BY until, id");
    private readonly Statement _decided = database.Prepare("SELECT id, denied FROM approvals WHERE decided = 1");

    /// <summary>Adds it, and takes away those that nobody waits for any more: their processes have died.</summary>
    public void Add(ApprovalNote note, DateTimeOffset now)
    {
        _prune.Bind(1, now.ToUnixTimeMilliseconds()).Run();
        _insert.Bind(1, note.Id).Bind(2, note.Agent).Bind(3, note.Request).Bind(4, note.Until.ToUnixTimeMilliseconds()).Run();
    }

    public void Remove(string id) => _delete.Bind(1, id).Run();

    /// <summary>False: there is none that waits.</summary>
    public bool Decide(ApprovalDecision decision, DateTimeOffset now)
    {
        _decide.Bind(1, decision.Id).Bind(2, decision.Denied).Bind(3, now.ToUnixTimeMilliseconds());
        var found = false;
        while (_decide.Step())
            found = true;
        return found;
    }

    public IReadOnlyList<ApprovalNote> Waiting(DateTimeOffset now)
    {
        List<ApprovalNote> notes = [];
        _select.Bind(1, now.ToUnixTimeMilliseconds());
        while (_select.Step())
            notes.Add(new ApprovalNote(_select.Text(0), _select.Text(1), _select.Text(2), DateTimeOffset.FromUnixTimeMilliseconds(_select.Integer(3))));
        return notes;
    }

    public IReadOnlyList<ApprovalDecision> Decided()
    {
        List<ApprovalDecision> decisions = [];
        while (_decided.Step())
            decisions.Add(new ApprovalDecision(_decided.Text(0), _decided.IsNull(1) ? null : _decided.Text(1)));
        return decisions;
    }
}
