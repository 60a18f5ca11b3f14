using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Audit;

[Platform("Linux")]
public class SqliteAuditLogTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory();

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open() => new(_directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    private static AuditEntry Entry(int n, string agent = "a", string type = "call.settled") =>
        new(agent, type, DateTimeOffset.UnixEpoch.AddSeconds(n), $$"""{"n":{{n}},"é":"\u00e9 ' \""}""");

    private static async Task<List<AuditRecord>> All(IAuditLog audit, AuditQuery? query = null)
    {
        query ??= new AuditQuery();
        List<AuditRecord> all = [];
        do
        {
            var page = await audit.ReadAsync(query);
            all.AddRange(page.Entries);
            query = query with { After = page.Next };
        }
        while (query.After > 0);
        return all;
    }

    [Test]
    public async Task An_empty_trail_is_intact()
    {
        using var store = Open();
        var found = await store.Audit.VerifyAsync();
        Assert.That(found, Is.EqualTo(new AuditVerification(new AuditCheck(AuditLink.Genesis, 0, false, 0), AuditLink.Genesis, null, null, true)));
        Assert.That(await All(store.Audit), Is.Empty);
    }

    [Test]
    public async Task Entries_are_read_as_they_were_written_and_the_chain_goes_on_after_a_restart()
    {
        using (var store = Open())
        {
            store.Append(Entry(1, "agent-é\ud800", ""));
            store.Append(Entry(2, ""));
        }
        using var again = Open();
        again.Append(Entry(3));
        await again.FlushAsync();
        var all = await All(again.Audit);
        Assert.That(all.Select(r => (r.Id, r.AgentId, r.EventType, r.Timestamp, r.Details)), Is.EqualTo(new[]
        {
            (1L, "agent-é\ufffd", "", "1970-01-01T00:00:01.000000Z", Entry(1).Details),
            (2L, "", "call.settled", "1970-01-01T00:00:02.000000Z", Entry(2).Details),
            (3L, "a", "call.settled", "1970-01-01T00:00:03.000000Z", Entry(3).Details),
        }));
        var found = await again.Audit.VerifyAsync(noted: new AuditLink(0, all[1].Hash));
        Assert.That((found.Fault, found.Check.Entries, found.Head), Is.EqualTo(((AuditFault?)null, 3L, new AuditLink(3, all[2].Hash))));
    }

    [Test]
    public async Task Processes_that_write_at_once_make_one_chain_without_gaps()
    {
        Open().Dispose();
        var workers = Enumerable.Range(0, 4).Select(_ => OtherProcess.Worker("append", _directory.File(), "4", "100")).ToArray();
        var verified = 0;
        using var store = Open();
        while (workers.Any(w => w.IsRunning))
        {
            Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null, "while they write");
            verified++;
        }
        var processes = workers.Select(w => w.Finish()).ToArray();
        foreach (var worker in workers)
            worker.Dispose();
        var all = await All(store.Audit);
        Assert.That(verified, Is.Positive);
        Assert.That(all.Select(r => r.Id), Is.EqualTo(Enumerable.Range(1, 1600).Select(n => (long)n)));
        foreach (var process in processes)
            Assert.That(all.Where(r => r.AgentId == process).Select(r => r.Details).Distinct().Count(), Is.EqualTo(400));
        Assert.That((await store.Audit.VerifyAsync()).Check.Entries, Is.EqualTo(1600));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public async Task What_is_rolled_back_leaves_no_hole()
    {
        using var store = Open();
        var file = SqliteFiles.Acquire(store.FilePath, store.Options, TimeProvider.System, new SystemIdSource(TimeProvider.System));
        for (var round = 0; round < 200; round++)
        {
            Assert.ThrowsAsync<StoreException>(async () => await file.Request<bool>(transaction =>
            {
                transaction.Append(Entry(100));
                transaction.Append(Entry(101));
                throw new InvalidOperationException("a fault");
            }));
            store.Append(Entry(round));
            await store.FlushAsync();
        }
        SqliteFiles.Release(file);
        Assert.That((await All(store.Audit)).Select(r => (r.Id, r.Details)), Is.EqualTo(Enumerable.Range(0, 200).Select(n => (n + 1L, Entry(n).Details))));
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null);
    }

    [TestCase("UPDATE audit_events SET details = '{}' WHERE id = 2")]
    [TestCase("UPDATE audit_events SET id = 9 WHERE id = 2")]
    [TestCase("DELETE FROM audit_events WHERE id = 2")]
    [TestCase("DELETE FROM audit_events")]
    [TestCase("REPLACE INTO audit_events(id, agent_id, event_type, timestamp, details) VALUES(2, 'a', 'b', 'c', 'd')")]
    [TestCase("INSERT INTO audit_events(agent_id, event_type, timestamp, details) VALUES('a', 'b', 'c', 'd')")]
    [TestCase("UPDATE audit_chain SET entry = 1")]
    [TestCase("DELETE FROM audit_chain")]
    public async Task Other_programs_cannot_change_it_by_mistake(string sql)
    {
        using var store = Open();
        for (var i = 0; i < 3; i++)
            store.Append(Entry(i));
        await store.FlushAsync();
        Assert.That(OtherSqlite.Refusal(store.FilePath, sql), Does.Contain("append-only").Or.Contain("forward only").Or.Contain("NOT NULL"));
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null);
        Assert.That(await All(store.Audit), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task What_another_program_inserts_is_told_and_does_not_stop_the_trail()
    {
        using var store = Open();
        store.Append(Entry(1));
        await store.FlushAsync();
        OtherSqlite.Query(store.FilePath, "INSERT INTO audit_events VALUES(2, 'a', 'b', 'c', 'd', zeroblob(32))");
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.EqualTo(new AuditFault(2, AuditFaultKind.Inserted, "entry 2 was inserted: it stands behind the last entry of the chain, 1")));
        store.Append(Entry(3));
        await store.FlushAsync();
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.EqualTo(new AuditFault(2, AuditFaultKind.Inserted, "at entry 2 one entry was inserted")));
    }

    [Test]
    public async Task Readers_know_the_documented_table()
    {
        using var store = Open();
        store.Append(Entry(1));
        await store.FlushAsync();
        Assert.That(OtherSqlite.Query(store.FilePath, "SELECT name FROM pragma_table_info('audit_events')"), Is.EqualTo(new[] { "id", "agent_id", "event_type", "timestamp", "details", "hash" }));
    }

    [Test]
    public async Task A_query_gives_what_it_asks_for()
    {
        using var store = Open();
        for (var i = 0; i < 2500; i++)
            store.Append(Entry(i, i % 2 == 0 ? "even" : "odd", i % 3 == 0 ? "pii.found" : i % 3 == 1 ? "pii.blocked" : "call.settled"));
        await store.FlushAsync();
        async Task<IEnumerable<int>> Numbers(AuditQuery query) => (await All(store.Audit, query)).Select(r => (int)r.Id - 1).ToArray();
        var all = Enumerable.Range(0, 2500).ToArray();
        Assert.That(await Numbers(new AuditQuery()), Is.EqualTo(all));
        Assert.That(await Numbers(new AuditQuery(After: 2400)), Is.EqualTo(all.Where(n => n >= 2400)));
        Assert.That(await Numbers(new AuditQuery(Agent: "odd")), Is.EqualTo(all.Where(n => n % 2 == 1)));
        Assert.That(await Numbers(new AuditQuery(EventType: "pii.found")), Is.EqualTo(all.Where(n => n % 3 == 0)));
        Assert.That(await Numbers(new AuditQuery(EventType: "pii.*")), Is.EqualTo(all.Where(n => n % 3 < 2)));
        Assert.That(await Numbers(new AuditQuery(Since: DateTimeOffset.UnixEpoch.AddSeconds(10), Until: DateTimeOffset.UnixEpoch.AddSeconds(13))), Is.EqualTo(new[] { 10, 11, 12 }));
        Assert.That(await Numbers(new AuditQuery(EventType: "none")), Is.Empty);
    }

    [Test]
    public async Task Reading_works_while_another_process_has_the_store_locked()
    {
        using var store = Open();
        store.Append(Entry(1));
        await store.FlushAsync();
        using var locker = OtherProcess.Python(
            "import fcntl, sqlite3, sys\nf = open(sys.argv[1] + '-ironcage', 'r+b')\nfcntl.lockf(f, fcntl.LOCK_EX)\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\n"
            + "print('locked', flush=True)\nsys.stdin.readline()", store.FilePath);
        Assert.That(locker.ReadLine(), Is.EqualTo("locked"));
        Assert.That(await All(store.Audit), Has.Count.EqualTo(1));
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null);
        locker.Kill();
    }

    [Test]
    public async Task Holds_go_on_while_it_is_read()
    {
        using var store = Open();
        for (var i = 0; i < 20_000; i++)
            store.Append(Entry(i));
        await store.FlushAsync();
        var account = store.Open("b", null);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var verified = 0;
            for (; !stop.IsCancellationRequested; verified++)
                Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null);
            return verified;
        });
        for (var i = 0; i < 100; i++)
            Assert.That((await account.HoldAsync(Exactly(1), TimeSpan.FromSeconds(5))).Status, Is.EqualTo(HoldStatus.Granted));
        await stop.CancelAsync();
        Assert.That(await reading, Is.Positive);
    }

    [Test]
    public async Task A_closed_store_is_not_read()
    {
        var store = Open();
        var audit = store.Audit;
        store.Dispose();
        Assert.That(Assert.ThrowsAsync<StoreException>(async () => await audit.ReadAsync(new AuditQuery()))!.Message, Does.Contain("closed"));
    }

    [Test]
    public async Task A_set_opens_the_trail_of_a_store_that_exists()
    {
        using (var store = Open())
            store.Append(Entry(1));
        using var set = new StoreSet(TimeProvider.System, new SystemIdSource(TimeProvider.System));
        foreach (var name in new[] { _directory.File(), "sqlite:///" + _directory.File(), $"sqlite:///{_directory.File()}?heartbeat=5" })
            Assert.That(await All(set.OpenAudit(name)), Has.Count.EqualTo(1), name);
        foreach (var name in new[] { _directory.File("none.db"), "sqlite:///" + _directory.File("none.db") })
            Assert.That(Assert.Throws<StoreException>(() => set.OpenAudit(name))!.Message, Does.Contain("there is no store").And.Contain("none.db"));
        Assert.That(File.Exists(_directory.File("none.db")), Is.False);
        Assert.That(Assert.Throws<ArgumentException>(() => set.OpenAudit("memory"))!.Message, Does.Contain("no audit trail"));
        Assert.Throws<ArgumentException>(() => set.OpenAudit("sqlite://x"));
    }

    [Test, Explicit("measures")]
    public async Task A_million_entries()
    {
        using var store = Open();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 1_000_000; i++)
        {
            store.Append(Entry(i));
            if (i % 50_000 == 49_999)
                await store.FlushAsync();
        }
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"written in {clock.Elapsed.TotalSeconds:0.00} s"));
        clock.Restart();
        Assert.That((await store.Audit.VerifyAsync()).Fault, Is.Null);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verified in {clock.Elapsed.TotalSeconds:0.00} s"));
        clock.Restart();
        Assert.That((await store.Audit.PruneAsync(DateTimeOffset.UnixEpoch.AddSeconds(999_000))).Entries, Is.EqualTo(999_000));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pruned in {clock.Elapsed.TotalSeconds:0.00} s"));
    }
}
