using IronCage.Runtime.Calls;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Standalone;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>What a host says of one call in the line <c>iron-cage-attribution</c>, and where it is reported.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class AttributionTests
{
    private static List<(string Agent, string Project, string Tags)> Spend(Cage cage) =>
        [.. Wire.Parse(SpendTools.Spend(cage.Engine, default)).EnumerateArray().Select(line => (
            line.GetProperty("agent").GetString()!, line.GetProperty("project").GetString()!, string.Join(',', line.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString())))).Order()];

    private static void Answer(Cage cage, Run run, string headers)
    {
        var call = cage.Begin(run, headers: headers).Opened!;
        _ = call.Respond(200, complete: true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        call.End(CallEnding.Complete);
    }

    [Test]
    public void Tags_of_a_call_come_on_top_of_those_of_its_protections_and_are_reported_for_it_alone()
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"project\":\"search\",\"tags\":[\"eu\"]");
        var run = protection.OpenRun(null);
        Answer(cage, run, "iron-cage-attribution: {\"tags\":[\"tool:weather\",\"chain:a\",\"eu\"]}");
        Answer(cage, run, "x-stainless-retry-count: 0\niron-cage-attribution: {\"tags\":[\"chain:b\"]}");
        Answer(cage, run, "");
        Assert.That(Spend(cage), Is.EqualTo(new[] { ("agent", "search", "chain:a,eu,tool:weather"), ("agent", "search", "chain:b,eu"), ("agent", "search", "eu") }));
    }

    [Test]
    public void Agent_and_project_of_a_call_take_the_place_of_those_of_the_run()
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"project\":\"search\"");
        var run = protection.OpenRun(null);
        Answer(cage, run, "iron-cage-attribution: {\"agent\":\"planner\",\"project\":\"plans\"}");
        Assert.That(Spend(cage), Is.EqualTo(new[] { ("planner", "plans", "") }));
    }

    [TestCase("{\"tags\":[\"\"]}", "tags[0]")]
    [TestCase("{\"tags\":\"eu\"}", "tags")]
    [TestCase("{\"user\":\"x\"}", "user")]
    [TestCase("[]", "options")]
    public void An_attribution_that_is_none_fails_the_call_and_holds_nothing(string told, string named)
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        var run = protection.OpenRun(null);
        var error = Assert.Throws<ConfigException>(() => cage.Begin(run, headers: $"iron-cage-attribution: {told}"));
        Assert.That(error!.Message, Does.Contain(named));
        Assert.That(Cage.Report(protection).GetProperty("held_usd").GetString(), Is.EqualTo("0"));
    }
}
