using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Prices that change while a call is under way: deepseek-chat is dearer from 00:30 to 16:30 UTC (0.27 and 1.1 dollars per million tokens of input and output, else 0.135 and 0.55).</summary>
public sealed class ChangingPriceTests
{
    private const string Url = "http://127.0.0.1:9/v1/chat/completions";
    private const string Body = """{"model":"deepseek-chat","max_tokens":1000,"messages":[{"role":"user","content":"hi"}]}""";
    private static readonly string Answer = Wire.Answer(usage: Wire.Usage(1000, 1000));

    private static decimal Held(TimeSpan time, out Cage cage, out Action answer)
    {
        var made = cage = new Cage();
        var now = cage.Clock.GetUtcNow();
        cage.Clock.Advance(now.Date.AddDays(1).Add(time) - now.UtcDateTime);
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        var step = cage.Begin(protection.OpenRun(null), Body, url: Url);
        Assert.That(step.Opened, Is.Not.Null, step.Error);
        answer = () =>
        {
            step.Opened!.Respond(200, complete: true, Wire.Utf8(Answer));
            step.Opened.End(Runtime.Calls.CallEnding.Complete);
            Report = Cage.Report(protection);
        };
        return decimal.Parse(Cage.Report(protection).GetProperty("held_usd").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static System.Text.Json.JsonElement Report { get; set; }

    private static decimal Dollars(string name) => decimal.Parse(Report.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    [Test]
    public void A_call_is_held_at_the_dearest_price_that_may_hold_before_it_ends()
    {
        var dear = Held(new TimeSpan(12, 0, 0), out var first, out _);
        var cheap = Held(new TimeSpan(20, 0, 0), out var second, out _);
        var before = Held(new TimeSpan(0, 29, 0), out var third, out _);
        var after = Held(new TimeSpan(16, 29, 0), out var fourth, out _);
        using (first)
        using (second)
        using (third)
        using (fourth)
        {
            Assert.That((dear, before, after), Is.EqualTo((2 * cheap, dear, dear)));
        }
    }

    [TestCase(20, 0, 5, 0.000685, false)]
    [TestCase(12, 0, 5, 0.00137, false)]
    [TestCase(0, 29, 5, 0.00137, true)]
    [TestCase(16, 29, 5, 0.00137, true)]
    public void What_ends_at_other_prices_costs_the_dearer_and_is_estimated(int hours, int minutes, int takes, double cost, bool estimated)
    {
        Held(new TimeSpan(hours, minutes, 0), out var cage, out var answer);
        using (cage)
        {
            cage.Clock.Advance(TimeSpan.FromMinutes(takes));
            answer();
            Assert.That(Dollars("spent_usd"), Is.EqualTo((decimal)cost));
            Assert.That(Dollars("estimated_usd"), Is.EqualTo(estimated ? (decimal)cost : 0));
        }
    }
}
