using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests;

[TestFixture]
public class SqliteStoreTests : StoreContract
{
    private TemporaryDirectory _directory = null!;

    protected override IStore Make(TimeProvider clock)
    {
        _directory = new TemporaryDirectory();
        return new SqliteStore(_directory.File(), null, clock, new SystemIdSource(clock));
    }

    [TearDown]
    public void Delete() => _directory.Dispose();

    protected override IEnumerable<string> Audit(IStore store) =>
        OtherSqlite.Query(((SqliteStore)store).FilePath, "SELECT agent_id || ' ' || event_type || ' ' || details FROM audit_events ORDER BY id");

    private SqliteStore Real(SqliteStoreOptions? options = null, string name = "real.db") =>
        new(_directory.File(name), options, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    [Test]
    public async Task Holds_that_arrive_together_share_commits()
    {
        using var store = Real();
        var account = store.Open("b", P(1_000_000));
        var before = store.CommitCount;
        for (var round = 0; round < 5; round++)
        {
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var holds = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
            {
                await start.Task;
                return (await account.HoldAsync(Exactly(1), Forever)).Status;
            })).ToArray();
            start.SetResult();
            Assert.That(await Task.WhenAll(holds), Is.All.EqualTo(HoldStatus.Granted));
        }
        Assert.That(store.CommitCount - before, Is.LessThan(5 * 64 / 2));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public async Task Holds_of_one_thread_that_does_not_await_share_one_commit()
    {
        using var store = Real();
        var account = store.Open("b", P(1_000_000));
        var before = store.CommitCount;
        var holds = Enumerable.Range(0, 500).Select(_ => account.HoldAsync(Exactly(1), Forever).AsTask()).ToArray();
        await Task.WhenAll(holds);
        Assert.That(store.CommitCount - before, Is.LessThan(100));
        Assert.That((await account.ReadAsync()).Held, Is.EqualTo(P(500)));
    }

    [Test]
    public async Task Settlements_are_written_without_being_waited_for()
    {
        var path = _directory.File("real.db");
        using var store = Real();
        var account = store.Open("b", P(100));
        var demand = Exactly(60);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(20));
        while (OtherSqlite.Query(path, "SELECT spent_pico || ' ' || held_pico FROM budgets").Single() != "20 0")
            await Task.Yield();
    }

    [Test]
    public async Task What_was_written_is_there_after_reopening()
    {
        using (var store = Real())
        {
            var account = store.Open("b", P(100));
            var (open, settled) = (Exactly(10), Exactly(30));
            await account.HoldAsync(open, NoWait);
            await account.HoldAsync(settled, NoWait);
            account.Settle(settled.Call, P(7)); // written by Dispose at the latest
        }
        using (var store = Real())
            Assert.That(await store.Open("b", null).ReadAsync(), Is.EqualTo(Figures(100, 7, 10)));
    }

    [Test]
    public async Task A_limit_may_be_taken_along_to_a_store_that_has_the_account()
    {
        using (var store = Real())
            store.Open("b", P(100));
        using (var store = Real())
            Assert.That(await store.Open("b", P(300)).ReadAsync(), Is.EqualTo(Figures(300, 0, 0)));
    }

    [Test]
    public async Task A_settlement_after_the_store_closed_leaves_the_hold()
    {
        var demand = Exactly(60);
        ILedgerAccount account;
        using (var store = Real())
        {
            account = store.Open("b", P(100));
            await account.HoldAsync(demand, NoWait);
        }
        Assert.That(account.Settle(demand.Call, P(1)), Is.False);
        using var again = Real();
        Assert.That(await again.Open("b", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 60)));
    }

    [Test]
    public async Task Stores_of_one_file_in_one_process_share_its_connection()
    {
        using var one = Real();
        using var two = Real();
        var account = one.Open("b", P(100));
        Assert.That(two.Open("b", null), Is.SameAs(account));
        one.Dispose();
        Assert.That((await account.HoldAsync(Exactly(1), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.Throws<StoreException>(() => one.Open("b", null));
    }

    [Test]
    public void A_new_store_belongs_to_its_owner_alone()
    {
        using var store = Real();
        store.Open("b", null);
        foreach (var suffix in new[] { "", "-wal", "-shm", "-ironcage" })
            Assert.That(File.GetUnixFileMode(store.FilePath + suffix), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), suffix);
    }

    [Test]
    public async Task Two_budgets_of_one_file_do_not_touch_each_other()
    {
        using var store = Real();
        var (a, b) = (store.Open("a", P(100)), store.Open("b", P(100)));
        var demand = Exactly(60);
        await a.HoldAsync(demand, NoWait);
        await b.HoldAsync(demand, NoWait); // one call may hold in several budgets
        a.Settle(demand.Call, P(1));
        Assert.That(await a.ReadAsync(), Is.EqualTo(Figures(100, 1, 0)));
        Assert.That(await b.ReadAsync(), Is.EqualTo(Figures(100, 0, 60)));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public void The_integrity_check_finds_a_sum_that_does_not_match_its_holds()
    {
        using var store = Real();
        store.Open("b", P(100));
        OtherSqlite.Query(store.FilePath, "UPDATE budgets SET held_pico = 5");
        Assert.That(store.CheckIntegrity(), Has.One.Contains("held 5, but its open holds sum to 0"));
    }

    [Test]
    public async Task The_integrity_check_finds_a_day_that_is_not_the_sum_of_its_hours([Values("UPDATE spend_days SET cost_pico = 5", "DELETE FROM spend", "DELETE FROM spend_days")] string tampering)
    {
        using var store = Real();
        var account = store.Open("b", P(100));
        var demand = Exactly(10);
        await account.HoldAsync(demand, Forever);
        account.Settle(new Settlement(demand.Call, P(4), new Attribution("a", "", "m", "", "")));
        Assert.That(store.CheckIntegrity(), Is.Empty);
        OtherSqlite.Query(store.FilePath, tampering);
        Assert.That(store.CheckIntegrity(), Has.One.Contains("sums of days are not those of their hours"));
    }

    [Test]
    public void Options_out_of_range_are_named()
    {
        var wrong = Assert.Throws<ArgumentOutOfRangeException>(() => Real(new SqliteStoreOptions { HoldExpiry = TimeSpan.FromSeconds(14) }));
        Assert.That(wrong!.ParamName, Is.EqualTo("HoldExpiry"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Real(new SqliteStoreOptions { BusyTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Real(new SqliteStoreOptions { WriteBehindDelay = TimeSpan.FromSeconds(-1) }));
    }
}
