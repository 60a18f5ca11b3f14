using System.Globalization;
using IronCage.Core.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Redis;

/// <summary>Several processes, or several openings of one store, which the server cannot tell from processes.</summary>
public class RedisProcessesTests
{
    private const string Owners = "ironcage:{default}:owners";

    private static readonly Attribution Jane = new("jane", "openai", "gpt-4o", "", "");

    private RedisServer _server = null!;

    [SetUp]
    public void Start() => _server = new RedisServer();

    [TearDown]
    public void Stop() => _server?.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task Processes_share_one_budget_exactly(bool leases)
    {
        const long Limit = 100_000;
        var options = _server.Options with { UsesLeases = leases };
        using var store = _server.Open(options);
        var account = store.Open("b", P(Limit));
        var workers = Enumerable.Range(0, 3).Select(_ => OtherProcess.Worker("spend", RedisUrl.Format(options), "16", "25", "1000")).ToArray();
        var watched = 0;
        while (workers.Any(w => w.IsRunning))
        {
            var seen = await account.ReadAsync();
            Assert.That((seen.Spent + seen.Held).Value, Is.LessThanOrEqualTo(Limit));
            watched++;
            await Task.Delay(5);
        }
        var figures = await account.ReadAsync();
        var granted = workers.Sum(w => long.Parse(w.Finish(), CultureInfo.InvariantCulture));
        foreach (var worker in workers)
            worker.Dispose();
        Assert.That(watched, Is.Positive);
        Assert.That(figures, Is.EqualTo(Figures(Limit, granted * 500, 0)));
        Assert.That(granted, Is.EqualTo((Limit - 1000) / 500 + 1), "what fits is granted: until less than one hold is left");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task What_a_killed_process_had_is_booked_in_full_after_its_expiry(bool leases)
    {
        var options = _server.Options with { UsesLeases = leases, HeartbeatInterval = TimeSpan.FromMilliseconds(100), Expiry = TimeSpan.FromMilliseconds(600) };
        using var store = _server.Open(options);
        var account = store.Open("b", P(1_000));
        using var worker = OtherProcess.Worker("hold", RedisUrl.Format(options), "3", "100");
        Assert.That(worker.ReadLine(), Is.EqualTo("ready"));
        await Task.Delay(1_000);
        var leased = (await account.ReadAsync()).Held.Value;
        Assert.That(leased, leases ? Is.InRange(300, 1_000) : Is.EqualTo(300), "it lives, and says so");
        worker.Kill();
        var waiting = account.HoldAsync(Exactly(1_000 - leased), TimeSpan.FromSeconds(20));
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Granted));
        BudgetFigures figures;
        do
            figures = await account.ReadAsync();
        while (figures.Spent == P(0));
        Assert.That(figures, Is.EqualTo(Figures(1_000, leased, 1_000 - leased)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_owner_that_was_taken_for_dead_settles_after_all_and_only_once(bool leases)
    {
        using var sleeper = _server.Open(_server.Options with { UsesLeases = leases });
        var mine = sleeper.Open("b", P(1_000));
        var (settled, open) = (Exactly(60) with { Attribution = Jane }, Exactly(30) with { Attribution = Jane });
        await mine.HoldAsync(settled, NoWait);
        await mine.HoldAsync(open, NoWait);
        await mine.ReadAsync();
        _server.Cli("zadd", Owners, "1", _server.Cli("zrange", Owners, "0", "0"));
        using var store = _server.Open();
        var account = store.Open("b", null);
        var booked = await account.ReadAsync();
        Assert.That((booked.Held, booked.Spent.Value), Is.EqualTo((P(0), leases ? booked.Spent.Value : 90)));
        Assert.That(booked.Spent.Value, Is.InRange(90, 400));
        Assert.That(await store.SpendAsync(null, null), Is.EqualTo(new[] { new SpendLine(Jane, 1, 1, 0, default, booked.Spent) }));

        Assert.That(mine.Settle(new Settlement(settled.Call, P(25), Jane)), Is.True);
        Assert.That(mine.Settle(new Settlement(settled.Call, P(25), Jane)), Is.False);
        await sleeper.FlushAsync();
        var corrected = await account.ReadAsync();
        Assert.That((corrected.Spent, corrected.Held.Value), Is.EqualTo((P(25), leases ? corrected.Held.Value : 30)), "what is open is held again");
        mine.Settle(new Settlement(open.Call, P(5), Jane));
        sleeper.Dispose();
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(1_000, 30, 0)));
        Assert.That(await store.SpendAsync(null, null), Is.EqualTo(new[] { new SpendLine(Jane, 2, 0, 0, default, P(30)) }));
    }

    [Test]
    public async Task An_owner_that_wakes_in_a_window_that_others_have_filled_gets_nothing_back_and_pays_nothing_twice()
    {
        var clock = new ManualTimeProvider();
        using var sleeper = _server.Open(_server.Options with { UsesLeases = false }, clock);
        var minute = BudgetWindow.Parse("60", null);
        var mine = sleeper.Open(new BudgetTerms("b", P(100), minute));
        var (cheap, dear) = (Exactly(40), Exactly(40));
        await mine.HoldAsync(cheap, NoWait);
        await mine.HoldAsync(dear, NoWait);
        await mine.ReadAsync();
        _server.Cli("zadd", Owners, "1", _server.Cli("zrange", Owners, "0", "0"));
        using var store = _server.Open(clock: clock);
        var account = store.Open("b", null);
        Assert.That((await account.ReadAsync()).Spent, Is.EqualTo(P(80)));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That((await account.HoldAsync(Exactly(90), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        await sleeper.FlushAsync(); // it learns that what it has was booked, and is gone
        mine.Settle(cheap.Call, P(10));
        mine.Settle(dear.Call, P(43));
        await sleeper.FlushAsync();
        var figures = await account.ReadAsync();
        Assert.That((figures.Spent, figures.Held), Is.EqualTo((P(3), P(90))), "of what it cost, what is above its hold");
    }

    [Test]
    public async Task Room_of_a_process_whose_calls_were_only_refused_is_reported_when_it_expires()
    {
        using var poor = _server.Open();
        var mine = poor.Open("b", P(1_000));
        Assert.That((await mine.HoldAsync(Exactly(2_000) with { Attribution = Jane }, NoWait)).Status, Is.EqualTo(HoldStatus.Exceeded));
        await mine.ReadAsync(); // with which it takes room for calls to come
        _server.Cli("zadd", Owners, "1", _server.Cli("zrange", Owners, "0", "0"));
        using var store = _server.Open();
        var figures = await store.Open("b", null).ReadAsync();
        Assert.That((figures.Spent.Value, figures.Held), Is.EqualTo((250, P(0))));
        Assert.That(await store.SpendAsync(null, null), Is.EqualTo(new[] { new SpendLine(Jane, 1, 1, 0, default, figures.Spent) }));
    }

    [Test]
    public async Task Who_waits_gets_what_another_process_has_in_hand()
    {
        using var rich = _server.Open();
        var theirs = rich.Open("b", P(1_000_000));
        for (var i = 0; i < 50; i++)
        {
            var demand = Exactly(1_000);
            await theirs.HoldAsync(demand, NoWait);
            theirs.Settle(demand.Call, P(0));
        }
        using var poor = _server.Open(_server.Options with { UsesLeases = false });
        var account = poor.Open("b", null);
        Assert.That((await account.ReadAsync()).Held.Value, Is.Positive, "in hand, though nothing is held");
        Assert.That((await account.HoldAsync(Exactly(1_000_000), TimeSpan.FromSeconds(10))).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task Most_calls_need_no_trip_and_the_lease_never_exceeds_the_limit()
    {
        using var store = _server.Open();
        var account = store.Open("b", P(10_000_000));
        var before = store.BatchCount;
        for (var i = 0; i < 5_000; i++)
        {
            var demand = Exactly(1_000);
            Assert.That((await account.HoldAsync(demand, Forever)).Status, Is.EqualTo(HoldStatus.Granted));
            account.Settle(demand.Call, P(900));
            if (i % 500 == 0)
            {
                var held = long.Parse(_server.Cli("hget", "ironcage:{default}:b:b", "held"), CultureInfo.InvariantCulture);
                var spent = long.Parse(_server.Cli("hget", "ironcage:{default}:b:b", "spent"), CultureInfo.InvariantCulture);
                Assert.That(held + spent, Is.LessThanOrEqualTo(10_000_000));
            }
        }
        Assert.That(store.BatchCount - before, Is.LessThan(200));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(10_000_000, 4_500_000, 0)));
        store.Dispose();
        using var again = _server.Open();
        Assert.That(await again.Open("b", null).ReadAsync(), Is.EqualTo(Figures(10_000_000, 4_500_000, 0)), "what was in hand is given back");
    }
}
