using IronCage.Core.Ledger;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Protections;

public class DurableStateTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory();

    [TearDown]
    public void Delete() => _directory.Dispose();

    private string State => $"\"state\":\"{_directory.Url}\"";

    private string[] Kinds(string store = "store.db") => [.. _directory.Dump(store).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('|')[1])];

    [Test]
    public void What_was_spent_survives_the_engine()
    {
        for (var i = 1; i <= 3; i++)
        {
            using var cage = new Cage(clock: TimeProvider.System);
            var protection = cage.Protect("\"budget_usd\":\"0.01\"," + State);
            cage.Whole(protection.OpenRun(null), null, Wire.Answer(usage: Wire.Usage(100, 20)));
            Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0.00045m, 0, 1, 0, 0, i * 0.00045m, 0)));
        }
        using var other = new Cage(clock: TimeProvider.System);
        Assert.That(Cage.Figures(other.Protect("\"budget_usd\":\"0.01\"," + State, agent: "another")).BudgetSpent, Is.Zero);
    }

    [Test]
    public void A_spent_budget_stays_spent()
    {
        for (var i = 0; i < 2; i++)
        {
            using var cage = new Cage(clock: TimeProvider.System);
            var run = cage.Protect("\"budget_usd\":\"0.0012\",\"lower_output\":false," + State).OpenRun(null);
            var begun = cage.Begin(run);
            Assert.That(begun.Error, Is.EqualTo(i == 0 ? "Send" : "BudgetExceeded"));
            begun.Opened?.End(CallEnding.NoResponse);
        }
    }

    [Test]
    public void Calls_and_findings_are_in_the_audit_trail()
    {
        using (var cage = new Cage(clock: TimeProvider.System))
        {
            var protection = cage.Protect("\"budget_usd\":\"0.002\"," + State);
            cage.Whole(protection.OpenRun(null), Wire.Request("ada@example.com"), Wire.Answer(usage: Wire.Usage(100, 20)));
            cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":9000,\"tools\":[{\"x\":\"" + new string('y', 9000) + "\"}]"));
        }
        Assert.That(Kinds(), Is.EqualTo(new[] { "pii.found", "call.allowed", "call.settled", "call.denied" }));
        var settled = _directory.Dump().Split('\n').Single(l => l.Contains("call.settled", StringComparison.Ordinal)).Split('|');
        Assert.That((settled[0], Wire.Parse(Wire.Utf8(settled[3])).GetProperty("cost_pico").GetInt64()), Is.EqualTo(("agent", 450_000_000L)));
    }

    [TestCase("", TestName = "Without_a_budget_the_audit_trail_is_kept")]
    [TestCase("\"budget_usd\":\"1\",", TestName = "With_a_budget_the_audit_trail_is_kept")]
    [TestCase("\"budget_usd\":\"1\",\"budget_scope\":\"run\",", TestName = "With_a_budget_for_each_run_the_audit_trail_is_kept")]
    public void Audit(string options)
    {
        using (var cage = new Cage(clock: TimeProvider.System))
            cage.Whole(cage.Protect(options + State).OpenRun(null));
        Assert.That(Kinds(), Is.EqualTo(new[] { "call.allowed", "call.settled" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_shared_budget_of_another_store_leaves_the_audit_trail_where_it_belongs(bool durable)
    {
        using (var cage = new Cage(clock: TimeProvider.System))
        {
            var budget = cage.Engine.OpenBudget(Wire.Utf8("{\"name\":\"team\",\"limit_usd\":\"1\"" + (durable ? $",\"state\":\"sqlite:///{_directory.Root}/budget.db\"" : "") + "}"));
            cage.Whole(cage.Protect(State, budget).OpenRun(null));
        }
        Assert.That(Kinds(), Is.EqualTo(new[] { "call.allowed", "call.settled" }));
        if (durable)
            Assert.That(Kinds("budget.db"), Is.Empty);
    }

    [Test]
    public void A_pending_call_on_a_durable_store_is_decided()
    {
        using var cage = new Cage(clock: TimeProvider.System);
        using var decided = new ManualResetEventSlim();
        cage.Engine.Decided = _ => decided.Set();
        var begun = cage.Begin(cage.Protect("\"budget_usd\":\"1\"," + State).OpenRun(null), Wire.Request(), nonblocking: true);
        if (begun.Kind == VerdictKind.Pending)
        {
            begun.Call.TellWhenDecided();
            Assert.That(decided.Wait(TimeSpan.FromSeconds(60)), Is.True);
        }
        Assert.That(begun.Call.Wait(-1).Kind, Is.EqualTo(VerdictKind.Send));
        begun.Call.End(CallEnding.Withdrawn);
    }

    [TestCase("file/store.db")]
    [TestCase("missing/store.db")]
    [TestCase("file")]
    public void A_store_that_cannot_be_opened_fails_at_the_door(string path)
    {
        File.WriteAllText(Path.Combine(_directory.Root, "file"), new string('x', 5000));
        using var cage = new Cage();
        var state = $"\"state\":\"sqlite:///{_directory.Root}/{path}\"";
        Assert.Throws<StoreException>(() => cage.Protect(state));
        Assert.Throws<StoreException>(() => cage.Engine.OpenBudget(Wire.Utf8($"{{\"name\":\"b\",\"limit_usd\":\"1\",{state}}}")));
    }

    [Test]
    public void A_store_that_is_closed_fails_the_call_and_counts_nothing()
    {
        using var cage = new Cage(clock: TimeProvider.System);
        var protection = cage.Protect("\"budget_usd\":\"1\",\"max_calls\":1," + State);
        var run = protection.OpenRun(null);
        cage.Engine.Stores.Dispose();
        for (var i = 0; i < 2; i++)
            Assert.Throws<StoreException>(() => cage.Begin(run));
    }
}
