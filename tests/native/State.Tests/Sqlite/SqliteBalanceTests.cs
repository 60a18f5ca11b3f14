using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

/// <summary>Sums of holds that another program changed. The rows of the holds are the truth.</summary>
[Platform("Linux")]
public class SqliteBalanceTests
{
    private TemporaryDirectory _directory = null!;
    private ManualTimeProvider _clock = null!;
    private List<string> _warnings = null!;

    [SetUp]
    public void Create() => (_directory, _clock, _warnings) = (new TemporaryDirectory(), new ManualTimeProvider(), []);

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open() => new(_directory.File(), new SqliteStoreOptions { Warn = _warnings.Add }, _clock, new SystemIdSource(_clock));

    /// <summary>A tree whose leaf holds 30, by a process that is gone, and whose root holds 40.</summary>
    private async Task Make()
    {
        using var store = Open();
        var org = store.Open("org", P(100));
        store.Open(new BudgetTerms("team", P(100), null, "org"));
        await org.HoldAsync(Exactly(10), NoWait);
        await store.Open(new BudgetTerms("agent", P(100), null, "team")).HoldAsync(Exactly(30), NoWait);
    }

    private void Tamper(string sql) => OtherSqlite.Query(_directory.File(), sql);

    private IReadOnlyList<string> Entries() => OtherSqlite.Query(_directory.File(), "SELECT details FROM audit_events WHERE event_type = 'budget.repaired' ORDER BY id");

    [Test]
    public async Task Sums_that_agree_are_left_alone()
    {
        await Make();
        using var store = Open();
        Assert.That(store.Check(), Is.EqualTo(store.Check() with { }).Using<StoreCheck>((a, b) => a.IsSound && b.IsSound && (a.Budgets, a.OpenHolds, a.Entries) == (3, 2, 0)));
        Assert.That(_warnings, Is.Empty);
        Assert.That(Entries(), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(29)]
    [TestCase(99)]
    public async Task A_sum_that_was_changed_is_put_right_before_anything_is_granted_and_told_once(long held)
    {
        await Make();
        Tamper($"UPDATE budgets SET held_pico = {held} WHERE name IN ('agent', 'team')");
        using (var store = Open())
        {
            var agent = store.Open("agent", null);
            Assert.That((await agent.HoldAsync(Exactly(61), NoWait)).Status, Is.EqualTo(HoldStatus.TimedOut), "the root has 60 left");
            Assert.That((await agent.HoldAsync(Exactly(60), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
            Assert.That(await agent.ReadAsync(), Is.EqualTo(Figures(100, 0, 90)));
            Assert.That(await store.Open("team", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 90)));
            Assert.That(await store.Open("org", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 100)));
            var check = store.Check();
            Assert.That((check.Problems.Count, check.Repaired.Count, check.IsSound), Is.EqualTo((0, 2, false)));
        }
        Assert.That(Entries(), Is.EqualTo(new[] { $$"""{"budget":"agent","held_pico":{{held}},"open_holds_pico":30}""", $$"""{"budget":"team","held_pico":{{held}},"open_holds_pico":30}""" }));
        Assert.That(_warnings, Has.Count.EqualTo(2).And.All.Contains(_directory.File()).And.All.Contains("was put right"));
        using var again = Open();
        Assert.That(again.Check().IsSound, Is.True);
    }

    [Test]
    public async Task A_sum_that_is_changed_in_use_is_put_right_within_a_heartbeat()
    {
        using var store = Open();
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(30), NoWait);
        Tamper("UPDATE budgets SET held_pico = 0");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 30)));
        Assert.That(Entries(), Has.Count.EqualTo(1));
        Assert.That(store.Check().Problems, Is.Empty, "the entry is in the chain");
    }

    [Test]
    public async Task Rows_of_holds_that_were_removed_or_added_count()
    {
        await Make();
        Tamper("UPDATE holds SET amount_pico = 35 WHERE budget = 'agent'");
        Tamper("DELETE FROM holds WHERE budget = 'org'");
        using var store = Open();
        Assert.That(await store.Open("org", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 35)));
        Assert.That(await store.Open("agent", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 35)));
        Assert.That(Entries(), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_circle_of_parents_is_no_endless_loop_and_stops_nobody_else()
    {
        await Make();
        Tamper("UPDATE budgets SET parent = 'agent' WHERE name = 'org'");
        using var store = Open();
        await store.FlushAsync();
        Assert.That(Assert.Throws<StoreException>(() => store.Open("agent", null))!.Message, Does.Contain("circle"));
        Assert.That((await store.Open("other", P(5)).HoldAsync(Exactly(5), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
    }
}
