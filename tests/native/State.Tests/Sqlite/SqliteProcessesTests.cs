using System.Globalization;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

public class SqliteProcessesTests
{
    private const string OpenAndClose = """
        import sqlite3, sys, time
        print('ready', flush=True)
        n = 0
        while True:
            c = sqlite3.connect(sys.argv[1], timeout=10)
            c.execute('SELECT count(*), sum(amount_pico) FROM holds').fetchone()
            c.close()
            n += 1
            time.sleep(0.003)
        """;

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory();

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open() => new(_directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    [Test]
    public async Task Python_opening_and_closing_the_file_during_2000_holds_does_no_harm()
    {
        using var store = Open();
        var account = store.Open("b", P(1_000_000));
        using var python = OtherProcess.Python(OpenAndClose, store.FilePath);
        Assert.That(python.ReadLine(), Is.EqualTo("ready"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var demand = Exactly(10);
                await account.HoldAsync(demand, Forever);
                if (i % 2 == 0)
                    account.Settle(demand.Call, P(3));
            }
        })));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(1_000_000, 3_000, 10_000)));
        Assert.That(store.CheckIntegrity(), Is.Empty);
        python.Kill();
        Assert.That(OtherSqlite.Query(store.FilePath, "PRAGMA integrity_check"), Is.EqualTo(new[] { "ok" }));
    }

    [Test]
    public async Task Processes_share_one_budget_exactly()
    {
        const long Limit = 100_000;
        using (var store = Open())
            store.Open("b", P(Limit));
        var workers = Enumerable.Range(0, 3).Select(_ => OtherProcess.Worker("spend", _directory.File(), "16", "25", "1000")).ToArray();
        using var python = OtherProcess.Python(OpenAndClose, _directory.File());
        var watched = 0;
        BudgetFigures figures;
        using (var store = Open())
        {
            var account = store.Open("b", null);
            while (workers.Any(w => w.IsRunning))
            {
                figures = await account.ReadAsync();
                Assert.That((figures.Spent + figures.Held).Value, Is.LessThanOrEqualTo(Limit));
                watched++;
                await Task.Delay(5);
            }
            figures = await account.ReadAsync();
            Assert.That(store.CheckIntegrity(), Is.Empty);
        }
        var granted = workers.Sum(w => long.Parse(w.Finish(), CultureInfo.InvariantCulture));
        foreach (var worker in workers)
            worker.Dispose();
        Assert.That(watched, Is.Positive);
        Assert.That(figures, Is.EqualTo(Figures(Limit, granted * 500, 0)));
        // 1,200 calls at 500 each want 600,000; what fits is granted: until less than one hold is left.
        Assert.That(granted, Is.EqualTo((Limit - 1000) / 500 + 1));
    }

    [Test]
    public async Task A_hold_waits_for_a_settlement_of_another_process()
    {
        using var store = Open();
        var account = store.Open("b", P(1000));
        using var worker = OtherProcess.Worker("hold", _directory.File(), "1", "1000");
        Assert.That(worker.ReadLine(), Is.EqualTo("ready"));
        var waiting = account.HoldAsync(Exactly(10), Forever).AsTask();
        await account.ReadAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        // As the other's settlement would, at no cost.
        using (var settling = OtherProcess.Python("import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=10)\nc.executescript('BEGIN IMMEDIATE; DELETE FROM holds; UPDATE budgets SET held_pico = 0; COMMIT;')\nc.close()", store.FilePath))
            settling.Finish();
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task A_process_that_floods_the_file_starves_nobody()
    {
        const int Modest = 3, Calls = 33, FloodThreads = 64;
        using var store = Open();
        var account = store.Open("b", P(long.MaxValue / 4));
        using var flood = OtherProcess.Worker("spend", store.FilePath, $"{FloodThreads}", "1000000", "1000"); // settles 500 of each
        var modest = Enumerable.Range(0, Modest).Select(_ => OtherProcess.Worker("spend", store.FilePath, "1", $"{Calls}", "10")).ToArray(); // 5 of each: they are counted in the rest
        try
        {
            var first = await Until(account, 1);
            var last = await Until(account, Modest * Calls);
            foreach (var worker in modest)
                Assert.That(worker.Finish(), Is.EqualTo($"{Calls}"));
            Assert.That(flood.IsRunning && last > first, "it flooded all the time");
            // A turn of the flood grants as many as it has threads; who asks alone waits for a few of them, however many there are.
            Assert.That(last - first, Is.LessThan(Modest * Calls * FloodThreads * 10));
        }
        finally
        {
            foreach (var worker in modest)
                worker.Dispose();
        }
    }

    /// <summary>Waits until the modest have settled so many; how many the flood has.</summary>
    private static async Task<long> Until(ILedgerAccount account, int settled)
    {
        while (true)
        {
            var spent = (await account.ReadAsync()).Spent.Value;
            if (spent % 500 / 5 >= settled)
                return spent / 500;
            await Task.Delay(1);
        }
    }

    [Test]
    public async Task Killed_writers_leave_a_sound_store_and_no_lock()
    {
        using var store = Open();
        var account = store.Open("b", P(long.MaxValue / 4));
        var random = new Random(3);
        for (var round = 0; round < 4; round++)
        {
            using var worker = OtherProcess.Worker("spend", store.FilePath, "32", "100000", "1000");
            while ((await account.ReadAsync()).Held == P(0))
                await Task.Delay(1);
            await Task.Delay(random.Next(100));
            worker.Kill();
            Assert.That((await account.HoldAsync(Exactly(0), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
            Assert.That(store.CheckIntegrity(), Is.Empty);
            OtherSqlite.Query(store.FilePath, "UPDATE owners SET heartbeat_at = 0");
            // The next sweep is up to a heartbeat away; reopening sweeps at once.
        }
        store.Dispose();
        using var again = Open();
        Assert.That((await again.Open("b", null).ReadAsync()).Held, Is.EqualTo(P(0)));
        Assert.That(again.CheckIntegrity(), Is.Empty);
    }
}
