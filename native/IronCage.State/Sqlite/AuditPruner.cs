using System.Text;
using System.Text.Json;
using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>Retention of the audit trail, as statements of a transaction that writes.</summary>
internal sealed class AuditPruner(Database database, AuditRows rows)
{
    /// <summary>The member of an <c>audit.pruned</c> that names the new checkpoint.</summary>
    public const string CheckpointName = "checkpoint";

    /// <summary>Entries of one transaction: about a tenth of a second, for which other writers wait.</summary>
    private const int MostRows = 20_000;

    private readonly Statement _rows = database.Prepare(
        "SELECT id, agent_id, event_type, timestamp, details, hash FROM audit_events WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3");
    private readonly Statement _moveCheckpoint = database.Prepare(
        "INSERT INTO audit_chain(name, entry, hash) VALUES('checkpoint', ?1, ?2) ON CONFLICT(name) DO UPDATE SET entry = excluded.entry, hash = excluded.hash");
    private readonly Statement _delete = database.Prepare("DELETE FROM audit_events WHERE id <= ?1");

    /// <summary>The last entry that a pruning which begins now may remove: what it writes itself stays.</summary>
    public long Last()
    {
        rows.Write();
        return rows.Reader.Links().Head.Entry;
    }

    /// <summary>Removes the next of the oldest entries.</summary>
    /// <param name="now">The store's clock.</param>
    /// <param name="before">Only what is older.</param>
    /// <param name="last">Only up to this entry.</param>
    /// <param name="isComplete">Whether nothing is left to be removed.</param>
    public AuditPruning Prune(DateTimeOffset now, DateTimeOffset before, long last, out bool isComplete)
    {
        rows.Write();
        var (head, checkpoint) = rows.Reader.Links();
        var start = checkpoint ?? AuditLink.Genesis;
        var (fault, end, count) = OldEntries(start, head, AuditRows.TimeText(before), last, out isComplete);
        if (fault is not null || count == 0)
            return new AuditPruning(0, checkpoint, fault);
        _moveCheckpoint.Bind(1, end.Entry).Bind(2, Convert.FromHexString(end.Hash)).Run();
        _delete.Bind(1, end.Entry).Run();
        rows.Append("", "audit.pruned", now, Details(start.Entry + 1, count, before, end));
        return new AuditPruning(count, end, null);
    }

    /// <summary>The entries that may go, if they fit: the last of them, and how many.</summary>
    private (AuditFault? Fault, AuditLink End, int Count) OldEntries(AuditLink start, AuditLink head, string before, long last, out bool isComplete)
    {
        var (entry, count) = (start.Entry, 0);
        Span<byte> hash = stackalloc byte[AuditChain.HashLength];
        Span<byte> next = stackalloc byte[AuditChain.HashLength];
        Convert.FromHexString(start.Hash).CopyTo(hash);
        isComplete = true;
        _rows.Bind(1, entry).Bind(2, last).Bind(3, MostRows);
        while (_rows.Step())
        {
            if (string.CompareOrdinal(_rows.Text(3), before) >= 0)
            {
                _rows.Reset();
                return (null, new AuditLink(entry, Convert.ToHexStringLower(hash)), count);
            }
            var id = _rows.Integer(0);
            AuditChain.Hash(hash, id, _rows.Bytes(1), _rows.Bytes(2), _rows.Bytes(3), _rows.Bytes(4), next);
            if (!next.SequenceEqual(_rows.Bytes(5)))
            {
                _rows.Reset();
                return (rows.Reader.Diagnose(new AuditLink(entry, Convert.ToHexStringLower(hash)), head), start, 0);
            }
            count++;
            entry = id;
            next.CopyTo(hash);
        }
        isComplete = count < MostRows;
        if (isComplete && entry < last)
            return (AuditDiagnosis.CutOff(entry, last), start, 0);
        return (null, new AuditLink(entry, Convert.ToHexStringLower(hash)), count);
    }

    private static string Details(long first, int count, DateTimeOffset before, AuditLink end)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("before", AuditRows.TimeText(before));
            json.WriteNumber("first", first);
            json.WriteNumber("entries", count);
            json.WriteStartObject(CheckpointName);
            json.WriteNumber("entry", end.Entry);
            json.WriteString("hash", end.Hash);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
