using IronCage.Runtime.Budgets;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Protections;

/// <summary>Warnings of budgets with a name, whoever draws on them.</summary>
public class BudgetWarningTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    /// <summary>A call that costs $0.000075.</summary>
    private string[] Call(Protection protection)
    {
        _cage.Whole(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":1"));
        return [.. _cage.Drain().Where(e => e.Kind == "budget.warning").Select(e => Wire.Parse(Wire.Utf8(e.Details!))).Select(d => $"{d.GetProperty("budget")} {d.GetProperty("threshold")}")];
    }

    private static void Top(SharedBudget budget, string amount) => budget.Change(Wire.Utf8($"{{\"top_up_usd\":\"{amount}\"}}"));

    [Test]
    public void A_budget_warns_once_at_each_of_its_thresholds_whoever_crosses_it()
    {
        var team = _cage.Budget("0.00075", options: "\"warn_at\":[0.5,0.2]");
        var (a, b) = (_cage.Protect(budget: team, agent: "a"), _cage.Protect(budget: team, agent: "b"));
        var told = Enumerable.Range(1, 10).Select(i => string.Join(",", Call(i % 2 == 0 ? a : b))).ToList();
        Assert.That(told, Is.EqualTo(new[] { "", "team 0.2", "", "", "team 0.5", "", "", "", "", "" }));
        Assert.That(Cage.Report(a).GetProperty("warnings").EnumerateArray().Select(w => w.GetString()).Single(w => w!.Contains("of the budget", StringComparison.Ordinal)), Is.EqualTo("20 % of the budget team is spent: $0.00015 of $0.00075"));
    }

    [Test]
    public void Without_thresholds_of_its_own_each_protection_warns_as_ever()
    {
        var team = _cage.Budget("0.00015");
        Assert.That((Call(_cage.Protect(budget: team, agent: "a")), Call(_cage.Protect(budget: team, agent: "b"))), Is.EqualTo((Array.Empty<string>(), new[] { "team 0.9" })));
    }

    [Test]
    public void What_a_protection_was_told_it_warns_of_beside_the_budget()
    {
        var team = _cage.Budget("0.00015", options: "\"warn_at\":[0.4]");
        Assert.That(Call(_cage.Protect("\"warn_at\":[0.5]", team)), Is.EqualTo(new[] { "team 0.5", "team 0.4" }));
        var silent = _cage.Budget("0.00015", "silent", "\"warn_at\":[]");
        Assert.That((Call(_cage.Protect(budget: silent)), Call(_cage.Protect(budget: silent))), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
    }

    [Test]
    public void Every_budget_of_the_path_warns_for_itself()
    {
        _cage.Budget("0.0003", "org", "\"warn_at\":[0.5]");
        _cage.Budget("1", "division", "\"parent\":\"org\"");
        var team = _cage.Budget("0.00015", "team", "\"parent\":\"division\",\"warn_at\":[0.5,1]");
        var protection = _cage.Protect(budget: team);
        Assert.That((Call(protection), Call(protection)), Is.EqualTo((new[] { "team 0.5" }, new[] { "team 1", "org 0.5" })));
    }

    [Test]
    public void In_a_new_window_it_warns_again()
    {
        var team = _cage.Budget("0.00015", options: "\"warn_at\":[0.5],\"window\":\"60\"");
        var protection = _cage.Protect(budget: team);
        for (var window = 0; window < 3; window++)
        {
            Assert.That((Call(protection), Call(protection)), Is.EqualTo((new[] { "team 0.5" }, Array.Empty<string>())), $"window {window}");
            _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        }
    }

    [Test]
    public void After_a_top_up_a_threshold_that_is_crossed_again_is_told_again()
    {
        var team = _cage.Budget("0.00015", options: "\"warn_at\":[0.5]");
        var protection = _cage.Protect(budget: team);
        Assert.That((Call(protection), Call(protection)), Is.EqualTo((new[] { "team 0.5" }, Array.Empty<string>())));
        Top(team, "0.00035"); // 0.0005
        Assert.That((Call(protection), Call(protection)), Is.EqualTo((Array.Empty<string>(), new[] { "team 0.5" })));
        Top(team, "0.0000001"); // still above
        Assert.That(Call(protection), Is.Empty);
    }

    [Test]
    public void Opened_again_a_budget_keeps_what_was_told_unless_it_warns_elsewhere()
    {
        var protection = _cage.Protect(budget: _cage.Budget("0.0015", options: "\"warn_at\":[0.05]"));
        Assert.That(Call(protection), Is.EqualTo(new[] { "team 0.05" }));
        _cage.Budget("0.0015", options: "\"warn_at\":[0.05]");
        _cage.Budget("0.0015");
        Assert.That(Call(protection), Is.Empty);
        _cage.Budget("0.0015", options: "\"warn_at\":[0.12]");
        Assert.That(Call(protection), Is.EqualTo(new[] { "team 0.12" }));
    }

    [TestCase("0.5")]
    [TestCase("[0]")]
    [TestCase("[1.1]")]
    [TestCase("[\"1\"]")]
    public void Thresholds_are_shares(string value)
    {
        var error = Assert.Throws<ConfigException>(() => _cage.Budget("1", options: "\"warn_at\":" + value));
        Assert.That((error!.Option, error.Message), Is.EqualTo(("warn_at", "warn_at: must be a list of numbers above 0 and at most 1")));
    }
}
