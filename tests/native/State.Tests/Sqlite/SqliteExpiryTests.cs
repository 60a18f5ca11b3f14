using System.Globalization;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

public class SqliteExpiryTests
{
    private TemporaryDirectory _directory = null!;
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void Create()
    {
        _directory = new TemporaryDirectory();
        _clock = new ManualTimeProvider();
    }

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open(string name = "store.db", TimeProvider? clock = null)
    {
        clock ??= _clock;
        return new SqliteStore(_directory.File(name), null, clock, new SystemIdSource(clock));
    }

    /// <summary>The file as a power cut would leave it, under another name: another owner finds it.</summary>
    private void CopyAsCrashed(string to)
    {
        File.Copy(_directory.File(), _directory.File(to));
        File.Copy(_directory.File("store.db-wal"), _directory.File(to + "-wal"));
    }

    [Test]
    public async Task Holds_of_a_dead_owner_stand_until_the_expiry_and_are_then_spent_in_full()
    {
        using (var store = Open())
        {
            var account = store.Open("b", P(100));
            var settled = Exactly(20);
            await account.HoldAsync(Exactly(30), NoWait);
            await account.HoldAsync(Exactly(40), NoWait);
            await account.HoldAsync(settled, NoWait);
            account.Settle(settled.Call, P(5));
            await store.FlushAsync();
            CopyAsCrashed("crashed.db");
        }
        using var heir = Open("crashed.db");
        var inherited = heir.Open("b", null);
        Assert.That(await inherited.ReadAsync(), Is.EqualTo(Figures(100, 5, 70)));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(await inherited.ReadAsync(), Is.EqualTo(Figures(100, 5, 70)), "not older than the expiry");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await inherited.ReadAsync(), Is.EqualTo(Figures(100, 75, 0)));
        Assert.That(heir.CheckIntegrity(), Is.Empty);
        _clock.Advance(TimeSpan.FromSeconds(600));
        Assert.That(await inherited.ReadAsync(), Is.EqualTo(Figures(100, 75, 0)), "expired once");
        Assert.That(OtherSqlite.Query(heir.FilePath, "SELECT count(*) FROM audit_events WHERE event_type = 'hold.expired'"), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task A_settlement_that_was_not_written_before_the_crash_leaves_the_hold()
    {
        using (var store = Open())
        {
            var account = store.Open("b", P(100));
            var demand = Exactly(30);
            await account.HoldAsync(demand, NoWait);
            account.Settle(demand.Call, P(1)); // the clock stands still, so it is not written
            CopyAsCrashed("crashed.db");
        }
        using var heir = Open("crashed.db");
        Assert.That(await heir.Open("b", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 30)));
    }

    [Test]
    public async Task An_owner_that_lives_keeps_its_holds_however_long_they_last()
    {
        using var store = Open(clock: TimeProvider.System);
        var demand = Exactly(30);
        var account = store.Open("b", P(100));
        await account.HoldAsync(demand, NoWait);
        Assert.That(Read(store.FilePath, later: 30), Is.EqualTo((0L, 30L)));
    }

    [Test]
    public async Task Heartbeats_go_on_while_holds_are_open_and_keep_them()
    {
        using var store = Open();
        var account = store.Open("b", P(100));
        var demand = Exactly(30);
        await account.HoldAsync(demand, NoWait);
        var first = Heartbeat(store);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await account.ReadAsync();
        Assert.That(Heartbeat(store) - first, Is.EqualTo(5000));
        account.Settle(demand.Call, P(0));
        await account.ReadAsync();
        _clock.Advance(TimeSpan.FromSeconds(50));
        await account.ReadAsync();
        Assert.That(Heartbeat(store) - first, Is.EqualTo(5000), "nothing is held");
        await account.HoldAsync(Exactly(30), NoWait);
        Assert.That(Heartbeat(store) - first, Is.EqualTo(55_000), "a new hold comes with a fresh heartbeat");
    }

    [Test]
    public async Task An_owner_that_wakes_late_corrects_its_hold_once()
    {
        using var store = Open(clock: TimeProvider.System);
        var account = store.Open("b", P(100));
        var (early, late) = (Exactly(30), Exactly(50));
        await account.HoldAsync(early, NoWait);
        await account.HoldAsync(late, NoWait);
        Assert.That(Read(store.FilePath, later: 3600), Is.EqualTo((80L, 0L)), "the other process takes us for dead");
        Assert.That(account.Settle(early.Call, P(10)), Is.True);
        Assert.That(account.Settle(early.Call, P(10)), Is.False);
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 60, 0)));
        Assert.That(account.Settle(late.Call, P(70)), Is.True);
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 80, 0)));
        Assert.That(account.Peek(), Is.EqualTo(Figures(100, 80, 0)));
        Assert.That(store.CheckIntegrity(), Is.Empty);
        Assert.That(OtherSqlite.Query(store.FilePath, "SELECT count(*) FROM holds"), Is.EqualTo(new[] { "0" }));
    }

    [Test]
    public async Task A_killed_process_loses_no_hold_and_voids_none()
    {
        using (var store = Open(clock: TimeProvider.System))
            store.Open("b", P(1000));
        using (var worker = OtherProcess.Worker("hold", _directory.File(), "20", "10"))
        {
            Assert.That(worker.ReadLine(), Is.EqualTo("ready"));
            worker.Kill();
        }
        using (var store = Open(clock: TimeProvider.System))
            Assert.That(await store.Open("b", null).ReadAsync(), Is.EqualTo(Figures(1000, 0, 200)));
        using (var store = Open(clock: new ShiftedClock(TimeSpan.FromSeconds(70))))
        {
            Assert.That(await store.Open("b", null).ReadAsync(), Is.EqualTo(Figures(1000, 200, 0)));
            Assert.That(store.CheckIntegrity(), Is.Empty);
        }
    }

    private static long Heartbeat(SqliteStore store) =>
        long.Parse(OtherSqlite.Query(store.FilePath, "SELECT max(heartbeat_at) FROM owners").Single(), CultureInfo.InvariantCulture);

    private static (long Spent, long Held) Read(string path, int later)
    {
        using var worker = OtherProcess.Worker("read", path, later.ToString(CultureInfo.InvariantCulture));
        var parts = worker.Finish().Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
