using IronCage.Core.Circuits;

namespace IronCage.State;

/// <summary>The circuits that the users of a file share, as statements of a transaction.</summary>
internal sealed class CircuitRows(Database database)
{
    /// <summary>Closed circuits are kept so long: others must have time to hear of it, and no longer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly Statement _next = database.Prepare("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'circuit_changes' RETURNING CAST(value AS INTEGER)");
    private readonly Statement _put = database.Prepare("""
        INSERT INTO circuits(key, is_open, until, probed_until, probed_by, changed_by, change) VALUES(?1, ?2, ?3, 0, '', ?4, ?5)
        ON CONFLICT(key) DO UPDATE SET is_open = excluded.is_open, until = excluded.until, probed_until = 0, probed_by = '', changed_by = excluded.changed_by, change = excluded.change
        """);
    private readonly Statement _forget = database.Prepare("DELETE FROM circuits WHERE is_open = 0 AND until < ?1");
    private readonly Statement _giveBack = database.Prepare("UPDATE circuits SET probed_until = 0, probed_by = '' WHERE key = ?1 AND probed_by = ?2");
    private readonly Statement _find = database.Prepare("SELECT is_open, until, probed_until FROM circuits WHERE key = ?1");
    private readonly Statement _probe = database.Prepare("UPDATE circuits SET probed_until = ?2, probed_by = ?3 WHERE key = ?1");
    private readonly Statement _changed = database.Prepare("SELECT key, is_open, until, change, changed_by FROM circuits WHERE change > ?1");

    public void Write(CircuitPost post, DateTimeOffset now)
    {
        if (post.What == CircuitChange.GivenBack)
        {
            _giveBack.Bind(1, post.Key).Bind(2, post.By).Run();
            return;
        }
        _next.Step();
        var change = _next.Integer(0);
        _next.Step(); // to its end, or it has not written
        var isOpen = post.What == CircuitChange.Opened;
        _put.Bind(1, post.Key).Bind(2, isOpen ? 1L : 0L).Bind(3, isOpen ? post.Until : now.ToUnixTimeMilliseconds()).Bind(4, post.By).Bind(5, change).Run();
        _forget.Bind(1, (now - Kept).ToUnixTimeMilliseconds()).Run();
    }

    /// <summary>See <see cref="ICircuitBoard.TryProbeAsync"/>.</summary>
    public bool TryProbe(string by, string key, long lease, DateTimeOffset now)
    {
        _find.Bind(1, key);
        if (!_find.Step())
            return true;
        var (isOpen, until, probedUntil) = (_find.Integer(0) == 1, _find.Integer(1), _find.Integer(2));
        _find.Reset();
        var time = now.ToUnixTimeMilliseconds();
        if (!isOpen || until > time || probedUntil > time)
            return false;
        _probe.Bind(1, key).Bind(2, time + lease).Bind(3, by).Run();
        return true;
    }

    /// <summary>The circuits that changed after a change that is known.</summary>
    public List<SharedCircuit> Changed(long since)
    {
        List<SharedCircuit> changed = [];
        _changed.Bind(1, since);
        while (_changed.Step())
            changed.Add(new SharedCircuit(_changed.Text(0), _changed.Integer(1) == 1, DateTimeOffset.FromUnixTimeMilliseconds(_changed.Integer(2)), _changed.Integer(3), _changed.Text(4)));
        return changed;
    }
}
