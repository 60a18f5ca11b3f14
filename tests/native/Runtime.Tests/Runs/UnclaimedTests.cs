using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Runs;

public class UnclaimedTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    [Test]
    public void A_call_without_a_run_passes_when_none_is_open()
    {
        var run = _cage.Protect().OpenRun(null);
        run.Close();
        run.Close();
        Assert.That(_cage.Begin(null).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void A_call_without_a_run_belongs_to_the_only_one()
    {
        var protection = _cage.Protect("\"max_calls\":1");
        var run = protection.OpenRun(null);
        Assert.That(_cage.Whole(null).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("LimitReached"));
        Assert.That(Cage.Figures(protection).Calls, Is.EqualTo(1));
    }

    [Test]
    public void A_call_without_a_run_belongs_to_the_only_protection_but_to_none_of_its_runs()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"pii_action\":\"block\"");
        var (first, second) = (protection.OpenRun(null), protection.OpenRun(null));
        Assert.That(_cage.Begin(null, Wire.Request("ada@example.com")).Error, Is.EqualTo("PiiBlocked"));
        Assert.That((first.Close(), second.Close()), Is.EqualTo(((Refusal?)null, (Refusal?)null)));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 0, 0, 1, 0, 0)));
    }

    [Test]
    public void What_refused_calls_of_no_run_is_forgotten_when_the_last_run_closes()
    {
        var protection = _cage.Protect("\"pii_action\":\"block\"");
        for (var i = 0; i < 2; i++)
        {
            var (first, second) = (protection.OpenRun(null), protection.OpenRun(null));
            Assert.That(_cage.Begin(null).Kind, Is.EqualTo(VerdictKind.Send));
            Assert.That(_cage.Begin(null, Wire.Request("ada@example.com")).Error, Is.EqualTo("PiiBlocked"));
            Assert.That(_cage.Begin(null).Error, Is.EqualTo("PiiBlocked"), "remembered");
            first.Close();
            second.Close();
        }
    }

    [Test]
    public void A_call_without_a_run_is_refused_while_several_protections_are_active_unless_all_let_it_pass()
    {
        var (a, b) = (_cage.Protect("\"unclaimed\":\"pass\"", agent: "a"), _cage.Protect(agent: "b"));
        var (runA, runB) = (a.OpenRun(null), b.OpenRun(null));
        var refusal = _cage.Begin(null);
        Assert.That(refusal.Error, Is.EqualTo("CallDenied"));
        Assert.That((Cage.Figures(a).Denied, Cage.Figures(b).Denied, runA.Close(), runB.Close()), Is.EqualTo((1L, 1L, (Refusal?)null, (Refusal?)null)));
        var c = _cage.Protect("\"unclaimed\":\"pass\"", agent: "c");
        (runA, runB) = (a.OpenRun(null), c.OpenRun(null));
        Assert.That(_cage.Begin(null).Kind, Is.EqualTo(VerdictKind.Pass));
        runB.Close();
        Assert.That(_cage.Begin(null).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void Requests_to_other_hosts_pass_untouched()
    {
        using var cage = _cage;
        _cage.Protect(agent: "a").OpenRun(null);
        var run = _cage.Protect(agent: "b").OpenRun(null);
        foreach (var url in new[] { "https://example.com/v1/chat/completions", "http://127.0.0.1:10/v1/chat/completions", "ftp://127.0.0.1:9/x", "" })
        {
            Assert.That(_cage.Begin(null, url: url).Kind, Is.EqualTo(VerdictKind.Pass), url);
            Assert.That(_cage.Begin(run, url: url).Kind, Is.EqualTo(VerdictKind.Pass), url);
        }
        Assert.That(_cage.Begin(run, "", method: "GET", url: "http://127.0.0.1:9/v1/models").Kind, Is.EqualTo(VerdictKind.Pass));
    }
}
