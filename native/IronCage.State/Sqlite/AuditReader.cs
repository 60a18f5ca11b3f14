using System.Text;
using System.Text.Json;
using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>The audit trail, as statements that only read. What one call looks at is bounded, whatever the table holds.</summary>
internal sealed class AuditReader(Database database)
{
    /// <summary>Rows of one call: about a millisecond.</summary>
    public const int MostRows = 1_000;

    /// <summary>A page ends behind the entry with which it has this many characters.</summary>
    private const int MostText = 1 << 20;

    private readonly Statement _links = database.Prepare("SELECT name, entry, hash FROM audit_chain");
    private readonly Statement _lowest = database.Prepare("SELECT min(id) FROM audit_events");
    private readonly Statement _rows = database.Prepare(
        "SELECT id, agent_id, event_type, timestamp, details, hash FROM audit_events WHERE id > ?1 ORDER BY id LIMIT ?2");

    /// <summary>Head and checkpoint.</summary>
    public (AuditLink Head, AuditLink? Checkpoint) Links()
    {
        var (head, checkpoint) = (AuditLink.Genesis, (AuditLink?)null);
        while (_links.Step())
        {
            var link = new AuditLink(_links.Integer(1), _links.Bytes(2) is { Length: AuditChain.HashLength } hash ? Hex(hash) : AuditLink.Genesis.Hash);
            if (_links.Text(0) == "head")
                head = link;
            else
                checkpoint = link;
        }
        return (head, checkpoint);
    }

    /// <summary>The next page.</summary>
    public AuditPage Read(AuditQuery query)
    {
        var since = query.Since is { } first ? AuditRows.TimeText(first) : null;
        var until = query.Until is { } end ? AuditRows.TimeText(end) : null;
        var prefix = query.EventType is [.., '*'] pattern ? pattern[..^1] : null;
        List<AuditRecord> found = [];
        var (rows, text, last) = (0, 0, query.After);
        _rows.Bind(1, query.After).Bind(2, MostRows);
        while (_rows.Step())
        {
            rows++;
            var record = Record();
            last = record.Id;
            if ((since is not null && string.CompareOrdinal(record.Timestamp, since) < 0)
                || (until is not null && string.CompareOrdinal(record.Timestamp, until) >= 0)
                || (query.Agent is { } agent && record.AgentId != agent)
                || (prefix is not null ? !record.EventType.StartsWith(prefix, StringComparison.Ordinal) : query.EventType is { } type && record.EventType != type))
                continue;
            found.Add(record);
            text += record.Details.Length;
            if (text < MostText)
                continue;
            _rows.Reset();
            return new AuditPage(found, last);
        }
        return new AuditPage(found, rows == MostRows ? last : 0);
    }

    /// <summary>Checks the next entries.</summary>
    /// <param name="from">How far it came; null: begin.</param>
    /// <param name="noted">The head that must be in the chain; null: none.</param>
    /// <param name="most">So many entries, and no more than <see cref="MostRows"/>.</param>
    /// <exception cref="ArgumentException">The noted head was pruned.</exception>
    public AuditVerification Verify(AuditCheck? from, AuditLink? noted, int most)
    {
        var (head, checkpoint) = Links();
        var start = checkpoint ?? AuditLink.Genesis;
        if (noted is { Entry: > 0 } && noted.Entry < start.Entry)
            throw new ArgumentException($"entry {noted.Entry} was pruned since, with all up to {start.Entry}; note a newer head");
        var check = from ?? new AuditCheck(start, 0, false, 0);
        if (check.At.Entry < start.Entry)
            check = check with { At = start }; // what comes next was pruned meanwhile
        if (noted is not null && check.At.Hash == noted.Hash)
            check = check with { HeadSeen = true };
        if (from is null && _lowest.Step())
        {
            var lowest = _lowest.Integer(0);
            var isEmpty = _lowest.IsNull(0);
            _lowest.Reset();
            if (!isEmpty && lowest <= start.Entry)
                return Broken(new AuditFault(lowest, AuditFaultKind.Inserted, $"entry {lowest} was inserted: it stands before the first entry that was kept, {start.Entry + 1}"));
        }
        most = Math.Min(most, MostRows);
        check = Follow(check, noted, most, head, out var rows, out var fault);
        if (fault is null && rows < most)
            fault = AtEnd(check, noted, head, start);
        return new AuditVerification(check, head, checkpoint, fault, fault is not null || rows < most);

        AuditVerification Broken(AuditFault found) => new(check, head, checkpoint, found, true);
    }

    /// <summary>Checks up to <paramref name="most"/> rows behind <paramref name="check"/>, as far as they fit.</summary>
    private AuditCheck Follow(AuditCheck check, AuditLink? noted, int most, AuditLink head, out int rows, out AuditFault? fault)
    {
        (rows, fault) = (0, null);
        var (entry, seen, recorded) = (check.At.Entry, check.HeadSeen, check.Recorded);
        Span<byte> hash = stackalloc byte[AuditChain.HashLength];
        Span<byte> next = stackalloc byte[AuditChain.HashLength];
        Convert.FromHexString(check.At.Hash).CopyTo(hash);
        ReadOnlySpan<byte> wanted = noted is null ? default : Convert.FromHexString(noted.Hash);
        _rows.Bind(1, entry).Bind(2, most);
        while (_rows.Step())
        {
            var id = _rows.Integer(0);
            AuditChain.Hash(hash, id, _rows.Bytes(1), _rows.Bytes(2), _rows.Bytes(3), _rows.Bytes(4), next);
            if (id > head.Entry || !next.SequenceEqual(_rows.Bytes(5)))
            {
                _rows.Reset();
                fault = Diagnose(new AuditLink(entry, Hex(hash)), head);
                break;
            }
            rows++;
            entry = id;
            next.CopyTo(hash);
            seen |= next.SequenceEqual(wanted) && (noted!.Entry == 0 || noted.Entry == id);
            if (_rows.Bytes(2).SequenceEqual("audit.pruned"u8))
                recorded = Math.Max(recorded, CheckpointIn(_rows.Text(4)));
        }
        return new AuditCheck(new AuditLink(entry, Hex(hash)), check.Entries + rows, seen, recorded);
    }

    /// <summary>All entries fit: whether the chain ends where it should, and holds what it should.</summary>
    private static AuditFault? AtEnd(AuditCheck check, AuditLink? noted, AuditLink head, AuditLink start)
    {
        if (check.At.Entry < head.Entry)
            return AuditDiagnosis.CutOff(check.At.Entry, head.Entry);
        if (check.At.Hash != head.Hash)
            return new AuditFault(head.Entry, AuditFaultKind.Changed, $"the hash that the store keeps of its last entry, {head.Entry}, was changed");
        if (start.Entry > 0 && check.Recorded != start.Entry)
            return new AuditFault(start.Entry, AuditFaultKind.Removed, $"the entries up to {start.Entry} were removed, and no entry tells of a pruning");
        if (noted is null || check.HeadSeen)
            return null;
        return new AuditFault(noted.Entry > 0 ? noted.Entry : head.Entry, AuditFaultKind.Truncated,
            $"the noted head {(noted.Entry > 0 ? noted : noted.Hash)} is not in the chain: entries were removed from its end, or it was written anew");
    }

    /// <summary>What is wrong with the entry behind the last one that fits.</summary>
    public AuditFault Diagnose(AuditLink fitting, AuditLink head)
    {
        List<AuditRecord> records = [];
        _rows.Bind(1, fitting.Entry).Bind(2, AuditDiagnosis.Window);
        while (_rows.Step())
            records.Add(Record());
        return AuditDiagnosis.Of(fitting, records, head.Entry);
    }

    private AuditRecord Record() => new(_rows.Integer(0), Text(1), Text(2), Text(3), Text(4), Hex(_rows.Bytes(5)));

    /// <summary>Whole, NUL characters included.</summary>
    private string Text(int column) => Encoding.UTF8.GetString(_rows.Bytes(column));

    private static string Hex(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash);

    /// <summary>The checkpoint of which an <c>audit.pruned</c> tells; 0 if it does not.</summary>
    private static long CheckpointIn(string details)
    {
        try
        {
            using var document = JsonDocument.Parse(details);
            return document.RootElement.GetProperty(AuditPruner.CheckpointName).GetProperty("entry").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return 0;
        }
    }
}
