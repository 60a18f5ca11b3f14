using System.Globalization;
using System.Text;
using System.Text.Json;
using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>The audit trail, as statements of a transaction that writes.</summary>
internal sealed class AuditRows
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private readonly Statement _selectHead, _insert, _moveHead;
    private readonly byte[] _hash = new byte[AuditChain.HashLength];
    private byte[] _texts = new byte[4096];
    private long _last;
    private bool _isRead;
    private bool _isChanged;

    public AuditRows(Database database)
    {
        Reader = new AuditReader(database);
        Pruner = new AuditPruner(database, this);
        // Behind the head stands nothing, but for what another program put there: the chain goes on behind that, and a verification tells it.
        _selectHead = database.Prepare("SELECT c.entry, c.hash, (SELECT max(id) FROM audit_events) FROM (SELECT 1) LEFT JOIN audit_chain c ON c.name = 'head'");
        _insert = database.Prepare("INSERT INTO audit_events(id, agent_id, event_type, timestamp, details, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _moveHead = database.Prepare("INSERT INTO audit_chain(name, entry, hash) VALUES('head', ?1, ?2) ON CONFLICT(name) DO UPDATE SET entry = excluded.entry, hash = excluded.hash");
    }

    /// <summary>What needs no writer.</summary>
    public AuditReader Reader { get; }

    /// <summary>Retention.</summary>
    public AuditPruner Pruner { get; }

    /// <summary>A transaction begins: other processes may have gone on with the chain, and what was rolled back never was.</summary>
    public void Begin() => _isRead = _isChanged = false;

    /// <summary>Adds an entry to the chain.</summary>
    public void Append(string agent, string eventType, DateTimeOffset timestamp, string details)
    {
        if (!_isRead)
            ReadHead();
        var most = Encoding.UTF8.GetMaxByteCount(agent.Length) + Encoding.UTF8.GetMaxByteCount(eventType.Length) + Encoding.UTF8.GetMaxByteCount(details.Length) + TimeFormat.Length;
        if (most > _texts.Length)
            _texts = new byte[most];
        var free = _texts.AsSpan();
        var agentBytes = Take(ref free, Encoding.UTF8.GetBytes(agent, free));
        var typeBytes = Take(ref free, Encoding.UTF8.GetBytes(eventType, free));
        timestamp.UtcDateTime.TryFormat(free, out var length, TimeFormat, CultureInfo.InvariantCulture);
        var timeBytes = Take(ref free, length);
        var detailsBytes = Take(ref free, Encoding.UTF8.GetBytes(details, free));
        // The bytes that are hashed are those that are stored.
        AuditChain.Hash(_hash, _last + 1, agentBytes, typeBytes, timeBytes, detailsBytes, _hash);
        _last++;
        _isChanged = true;
        _insert.Bind(1, _last).BindText(2, agentBytes).BindText(3, typeBytes).BindText(4, timeBytes).BindText(5, detailsBytes).Bind(6, _hash).Run();
    }

    /// <summary>Adds an entry of the store itself: something that no caller asked for.</summary>
    public void Note(string eventType, DateTimeOffset now, Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        Append("", eventType, now, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Writes the head, once for all entries of the transaction.</summary>
    public void Write()
    {
        if (_isChanged)
            _moveHead.Bind(1, _last).Bind(2, _hash).Run();
        _isChanged = false;
    }

    /// <summary>A time as it is stored; two of them compare as their texts do.</summary>
    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static Span<byte> Take(ref Span<byte> free, int length)
    {
        var taken = free[..length];
        free = free[length..];
        return taken;
    }

    private void ReadHead()
    {
        _selectHead.Step();
        _last = Math.Max(_selectHead.Integer(0), _selectHead.Integer(2));
        // Without a head, which another program took away, it begins anew; a verification tells that, too.
        var hash = _selectHead.Bytes(1);
        (hash.Length == AuditChain.HashLength ? hash : AuditChain.Genesis).CopyTo(_hash);
        _selectHead.Reset();
        _isRead = true;
    }
}
