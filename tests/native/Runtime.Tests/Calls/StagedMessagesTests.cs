using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>The stages with Anthropic's messages.</summary>
public class StagedMessagesTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _cage.Engine.AddHosts("127.0.0.1:8=anthropic");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    // The standard request to Sonnet holds $0.001551 by the tokenizer, to Haiku 4.5 ($1 and $5) a third.
    [TestCase("claude-haiku-4-5", "", "claude-haiku-4-5")]
    [TestCase("claude-3-haiku", "", "claude-3-haiku")]
    [TestCase("claude-haiku-4-5", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "claude-haiku-4-5")]
    [TestCase("claude-3-haiku", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", null)]
    public void A_cheaper_model_takes_over_if_it_can_think_where_the_request_does(string cheaper, string extra, string? called)
    {
        var limit = extra.Length > 0 ? 2100 : 100;
        var protection = _cage.Protect($"\"budget_usd\":\"{(extra.Length > 0 ? "0.02" : "0.0015")}\",\"lower_output\":false,\"degrade\":{{\"claude-sonnet-4-5\":\"{cheaper}\"}}");
        var begun = _cage.Begin(protection.OpenRun(null), MessagesBodies.Request(extra: extra, limit: limit), url: MessagesBodies.Url);
        Assert.That(called is null ? begun.Error : begun.Text, Is.EqualTo(called is null ? "BudgetExceeded" : MessagesBodies.Request(extra: extra, limit: limit, model: called)));
    }

    [Test]
    public void Cache_control_stays_where_it_is()
    {
        const string Extra = "\"system\":[{\"type\":\"text\",\"text\":\"be brief\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}]";
        var protection = _cage.Protect("\"budget_usd\":\"0.0015\",\"degrade\":{\"claude-sonnet-4-5\":\"claude-haiku-4-5\"}");
        var begun = _cage.Begin(protection.OpenRun(null), MessagesBodies.Request(extra: Extra), url: MessagesBodies.Url);
        Assert.That(begun.Text, Is.EqualTo(MessagesBodies.Request(extra: Extra, model: "claude-haiku-4-5")));
        begun.Call.Respond(200, true, Wire.Utf8(MessagesBodies.Answer()));
        // At a third of Sonnet's prices.
        Assert.That(Cage.Figures(protection).BudgetSpent, Is.EqualTo(MessagesBodies.Billed / 3));
    }

    [Test]
    public void The_last_call_is_told_so()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.002\",\"reserve_usd\":\"0.001\",\"wrap_up_note\":\"Finish \\\"now\\\".\"");
        var begun = _cage.Begin(protection.OpenRun(null), MessagesBodies.Request(), url: MessagesBodies.Url);
        Assert.That(begun.Text, Is.EqualTo(MessagesBodies.Request().Replace("]", ",{\"role\":\"user\",\"content\":\"Finish \\\"now\\\".\"}]", StringComparison.Ordinal)));
        Assert.That(begun.Call.IsOpen, Is.True);
    }
}
