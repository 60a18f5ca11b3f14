using CsCheck;
using IronCage.Core.Audit;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.Core.Audit.AuditFaultKind;

namespace IronCage.State.Tests.Audit;

/// <summary>Somebody who can write the file changes it, with the triggers out of the way; what they changed is found. (Who calculates the whole chain anew is found by a noted head.)</summary>
[Platform("Linux")]
public class AuditTamperingTests
{
    private const int Count = 30;
    private static readonly string[] Columns = ["agent_id", "event_type", "timestamp", "details", "hash"];

    private TemporaryDirectory _directory = null!;
    private List<AuditRecord> _honest = null!;

    [OneTimeSetUp]
    public async Task Create()
    {
        _directory = new TemporaryDirectory();
        using var store = Open("honest.db");
        for (var i = 1; i <= Count; i++)
            store.Append(new AuditEntry($"agent-{i % 3}", "call.settled", DateTimeOffset.UnixEpoch.AddSeconds(i), $$"""{"n":{{i}}}"""));
        await store.FlushAsync();
        _honest = [.. (await store.Audit.ReadAsync(new AuditQuery())).Entries];
    }

    [OneTimeTearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open(string name) => new(_directory.File(name), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    /// <summary>What a verification says of a copy that was changed.</summary>
    private async Task<AuditFault?> After(Action<Database> change, AuditLink? noted = null)
    {
        var name = Guid.NewGuid().ToString("N") + ".db";
        File.Copy(_directory.File("honest.db"), _directory.File(name));
        using (var database = new Database(_directory.File(name), TimeSpan.FromSeconds(5)))
        {
            foreach (var trigger in new[] { "audit_events_stay", "audit_events_are_kept", "audit_chain_goes_on", "audit_chain_stays" })
                database.Execute($"DROP TRIGGER {trigger}");
            change(database);
        }
        using var store = Open(name);
        var found = await store.Audit.VerifyAsync(noted: noted);
        return found.Fault;
    }

    private static void Run(Database database, string sql, params object[] values)
    {
        using var statement = database.PrepareOnce(sql);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is byte[] bytes)
                statement.Bind(i + 1, bytes);
            else
                statement.Bind(i + 1, Convert.ToInt64(values[i], null));
        }
        statement.Run();
    }

    [Test]
    public async Task An_honest_copy_is_intact() => Assert.That(await After(_ => { }, new AuditLink(Count, _honest[^1].Hash)), Is.Null);

    [Test]
    public Task Any_changed_byte_is_found() => Gen.Select(Gen.Int[1, Count], Gen.Int[0, 4], Gen.Int[0, 1000], Gen.Int[1, 127]).SampleAsync(async (entry, column, at, mask) =>
    {
        var fault = await After(database =>
        {
            byte[] bytes;
            using (var read = database.PrepareOnce($"SELECT {Columns[column]} FROM audit_events WHERE id = {entry}"))
            {
                read.Step();
                bytes = read.Blob(0);
            }
            bytes[at % bytes.Length] ^= (byte)mask;
            Run(database, $"UPDATE audit_events SET {Columns[column]} = {(column == 4 ? "?1" : "CAST(?1 AS TEXT)")} WHERE id = ?2", bytes, entry);
        });
        return fault is { Kind: Changed } && fault.Entry == entry;
    }, iter: 150, threads: 1);

    [Test]
    public Task Any_removed_entries_are_found() => Gen.Select(Gen.Int[1, Count], Gen.Int[1, 5]).SampleAsync(async (first, count) =>
    {
        var fault = await After(database => Run(database, "DELETE FROM audit_events WHERE id BETWEEN ?1 AND ?2", first, first + count - 1));
        return fault is not null && fault.Entry == first && fault.Kind == (first + count - 1 >= Count ? Truncated : Removed);
    }, iter: 60, threads: 1);

    [Test]
    public Task Any_entry_under_another_number_is_found() => Gen.Select(Gen.Int[1, Count], Gen.Int[1, Count + 5]).Where((from, to) => from != to).SampleAsync(async (from, to) =>
    {
        var fault = await After(database =>
        {
            Run(database, "UPDATE audit_events SET id = -1 WHERE id = ?1", from);
            Run(database, "UPDATE audit_events SET id = ?1 WHERE id = ?2", from, to);
            Run(database, "UPDATE audit_events SET id = ?1 WHERE id = -1", to);
        });
        return fault is not null && fault.Entry == Math.Min(from, to) && fault.Kind is Reordered or Removed or Truncated or Inserted or Changed;
    }, iter: 60, threads: 1);

    [Test]
    public Task Any_copy_put_between_others_is_found() => Gen.Select(Gen.Int[1, Count], Gen.Int[1, Count]).SampleAsync(async (copied, at) =>
    {
        var fault = await After(database =>
        {
            Run(database, "UPDATE audit_events SET id = -id - 1 WHERE id >= ?1", at);
            Run(database, "INSERT INTO audit_events SELECT ?1, agent_id, 'fake', timestamp, details, hash FROM audit_events WHERE id IN (?2, -?2 - 1)", at, copied);
            Run(database, "UPDATE audit_events SET id = -id WHERE id < 0");
            Run(database, "UPDATE audit_chain SET entry = entry + 1");
        });
        return fault is not null && fault.Entry == at && fault.Kind == Inserted;
    }, iter: 60, threads: 1);

    [Test]
    public async Task The_end_cut_off_with_its_head_is_found_by_a_noted_head_only()
    {
        void Cut(Database database)
        {
            Run(database, "DELETE FROM audit_events WHERE id > 20");
            Run(database, "UPDATE audit_chain SET entry = 20, hash = (SELECT hash FROM audit_events WHERE id = 20)");
        }
        Assert.That(await After(Cut), Is.Null, "the chain has no key: this is what the documents say");
        Assert.That(await After(Cut, new AuditLink(20, _honest[19].Hash)), Is.Null);
        var fault = await After(Cut, new AuditLink(Count, _honest[^1].Hash));
        Assert.That((fault!.Kind, fault.Entry, fault.Message), Is.EqualTo((Truncated, (long)Count, $"the noted head {Count}:{_honest[^1].Hash} is not in the chain: entries were removed from its end, or it was written anew")));
        Assert.That((await After(Cut, new AuditLink(0, _honest[^1].Hash)))!.Kind, Is.EqualTo(Truncated));
    }

    [Test]
    public async Task A_chain_written_anew_is_found_by_a_noted_head()
    {
        void Rewrite(Database database)
        {
            Run(database, "UPDATE audit_events SET details = '{}' WHERE id = 7");
            var hash = AuditLink.Genesis.Hash;
            foreach (var record in _honest)
            {
                var now = record.Id == 7 ? record with { Details = "{}" } : record;
                var bytes = new byte[32];
                AuditChain.Hash(Convert.FromHexString(hash), now.Id, Utf8(now.AgentId), Utf8(now.EventType), Utf8(now.Timestamp), Utf8(now.Details), bytes);
                hash = Convert.ToHexStringLower(bytes);
                Run(database, "UPDATE audit_events SET hash = ?1 WHERE id = ?2", bytes, now.Id);
                Run(database, "UPDATE audit_chain SET hash = ?1", bytes);
            }
        }
        Assert.That(await After(Rewrite), Is.Null);
        Assert.That((await After(Rewrite, new AuditLink(0, _honest[9].Hash)))!.Kind, Is.EqualTo(Truncated));
        Assert.That(await After(Rewrite, new AuditLink(0, _honest[5].Hash)), Is.Null);
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    [TestCase("UPDATE audit_chain SET hash = zeroblob(32)", Changed, Count)]
    [TestCase("UPDATE audit_chain SET entry = 10", Inserted, 11)]
    [TestCase("UPDATE audit_chain SET entry = 99", Truncated, Count + 1)]
    [TestCase("DELETE FROM audit_chain", Inserted, 1)]
    [TestCase("REPLACE INTO audit_events SELECT id, agent_id, event_type, timestamp, '{}', hash FROM audit_events WHERE id = 3", Changed, 3)]
    [TestCase("DELETE FROM audit_events", Truncated, 1)]
    [TestCase("INSERT INTO audit_events VALUES(-5, 'a', 'b', 'c', 'd', zeroblob(32))", Inserted, -5)]
    public async Task A_changed_head_or_a_row_outside_is_found(string sql, AuditFaultKind kind, long entry)
    {
        var fault = await After(database => database.Execute(sql));
        Assert.That((fault?.Kind, fault?.Entry), Is.EqualTo(((AuditFaultKind?)kind, (long?)entry)), fault?.Message);
    }

    [Test]
    public async Task A_trail_without_its_head_goes_on()
    {
        var name = "headless.db";
        File.Copy(_directory.File("honest.db"), _directory.File(name));
        using (var database = new Database(_directory.File(name), TimeSpan.FromSeconds(5)))
            database.Execute("DROP TRIGGER audit_chain_stays; DELETE FROM audit_chain");
        using var store = Open(name);
        store.Append(new AuditEntry("a", "b", DateTimeOffset.UnixEpoch, "{}"));
        await store.FlushAsync();
        var fault = (await store.Audit.VerifyAsync()).Fault;
        Assert.That((fault?.Kind, fault?.Entry), Is.EqualTo(((AuditFaultKind?)Changed, (long?)(Count + 1))));
    }
}
