using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

/// <summary>Files of earlier builds: tests/vectors/store-1.sql is one of the first, with spend, an expired hold, an open one of a process that was killed, and tokens.</summary>
[Platform("Linux")]
public class SqliteUpgradeTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Make()
    {
        _directory = new TemporaryDirectory();
        using var python = OtherProcess.Python("import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.executescript(open(sys.argv[2], encoding='utf-8').read())\nc.close()",
            _directory.File(), Path.Combine(TestContext.CurrentContext.TestDirectory, "store-1.sql"));
        python.Finish();
    }

    [TearDown]
    public void Remove() => _directory.Dispose();

    /// <summary>From the file's last heartbeat to long after it.</summary>
    private static TimeSpan Later => new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UtcNow;

    private SqliteStore Open()
    {
        var clock = new ShiftedClock(Later);
        return new SqliteStore(_directory.File(), null, clock, new SystemIdSource(clock));
    }

    [Test]
    public async Task Budgets_holds_and_spend_of_the_first_schema_are_taken_over([Values] bool hasTokens)
    {
        if (!hasTokens)
            OtherSqlite.Query(_directory.File(), "DROP TABLE tokens");
        using var store = Open();
        var team = store.Open("budget:team-a", null);
        // The open hold's owner has been silent for long: booked in full with the first transaction.
        Assert.That(await team.ReadAsync(), Is.EqualTo(Figures(50_000_000_000_000, 51_600_000, 0)));
        Assert.That(await store.Open("agent:solo", null).ReadAsync(), Is.EqualTo(Figures(3_000_000_000_000, 2_850_000, 0)));
        Assert.That((await team.HistoryAsync(10)).Select(e => (e.What, e.Amount)), Is.EqualTo(new[] { (BudgetEventKind.Opened, (Core.Money.Picodollars?)P(50_000_000_000_000)) }));
        var spend = await store.SpendAsync(null, null);
        Assert.That(spend.Sum(line => line.Cost.Value), Is.EqualTo(7_200_000 + 2_850_000 + 22_200_000), "two settled calls, one of another agent, and the hold that had expired");
        Assert.That(spend.Where(line => line.Attribution.Agent == "agent-é").Sum(line => line.Calls), Is.EqualTo(2));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public async Task The_audit_trail_is_chained_under_the_numbers_it_had()
    {
        const string Rows = "SELECT json_array(id, agent_id, event_type, timestamp, details) FROM audit_events WHERE id <= 13";
        OtherSqlite.Query(_directory.File(), "DELETE FROM audit_events WHERE id = 5");
        var before = OtherSqlite.Query(_directory.File(), Rows);
        Assert.That(before, Has.Count.EqualTo(12));
        using var store = Open();
        Assert.That(OtherSqlite.Query(_directory.File(), Rows), Is.EqualTo(before));
        await store.FlushAsync(); // which books the silent owner's hold
        var found = await store.Audit.VerifyAsync();
        Assert.That((found.Fault, found.Check.Entries, found.Head.Entry), Is.EqualTo(((Core.Audit.AuditFault?)null, 13L, 14L)));
    }

    [Test]
    public void An_upgraded_file_has_the_tables_of_a_new_one()
    {
        const string Tables = "SELECT s.type || ' ' || s.name || ' ' || coalesce((SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || ' ' || pk) FROM pragma_table_info(s.name)), '') "
            + "FROM sqlite_master s WHERE s.name NOT LIKE 'sqlite_%' ORDER BY s.name";
        Open().Dispose();
        using var fresh = new TemporaryDirectory();
        new SqliteStore(fresh.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System)).Dispose();
        Assert.That(OtherSqlite.Query(_directory.File(), Tables), Is.EqualTo(OtherSqlite.Query(fresh.File(), Tables)));
    }

    [Test]
    public void Many_that_upgrade_at_once_upgrade_once()
    {
        var workers = Enumerable.Range(0, 4).Select(_ => OtherProcess.Worker("open", _directory.File())).ToArray();
        foreach (var worker in workers)
        {
            worker.Finish();
            worker.Dispose();
        }
        Assert.That(OtherSqlite.Query(_directory.File(), "SELECT count(*) FROM budget_events WHERE budget = 'budget:team-a'"), Is.EqualTo(new[] { "1" }));
    }
}
