using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>The stages with the protocols beside chat completions.</summary>
public class StagedProtocolsTests
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

    [TestCase("", "gpt-4o-mini")]
    [TestCase(",\"reasoning\":{\"effort\":\"low\"}", "gpt-5-nano")]
    public void Responses_go_down_the_chain_and_wrap_up(string extra, string last)
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.02\",\"reserve_usd\":\"0.019\",\"wrap_up_note\":\"End.\",\"degrade\":{\"gpt-5\":\"gpt-4o-mini\",\"gpt-4o-mini\":\"gpt-5-nano\"}");
        const string Url = "http://127.0.0.1:9/v1/responses";
        var begun = _cage.Begin(protection.OpenRun(null), $$"""{"model":"gpt-5","input":"hello","max_output_tokens":1500{{extra}}}""", url: Url);
        Assert.That(begun.Text, Is.EqualTo($$"""{"model":"{{last}}","input":"hello","max_output_tokens":1500{{extra}}}"""));
        begun.Call.End(CallEnding.NotSent);
        var dear = _cage.Begin(protection.OpenRun(null), $$"""{"model":"gpt-5","input":"hello","max_output_tokens":4000{{extra}}}""", url: Url);
        Assert.That(dear.Text, Is.EqualTo($$"""{"model":"gpt-5-nano","input":[{"role":"user","content":"hello"},{"role":"user","content":"End."}],"max_output_tokens":4000{{extra}}}"""));
    }

    // Numbers of tokens are read by the tokenizer of the model they were made for.
    [TestCase("\"text\"", "text-embedding-3-small", true)]
    [TestCase("[1,2,3]", "text-embedding-3-small", true)]
    [TestCase("\"text\"", "ours", true)]
    [TestCase("[1,2,3]", "ours", false)]
    public void Embeddings_go_to_a_cheaper_model_with_the_same_tokens(string input, string cheaper, bool goes)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"0.000001\",\"degrade\":{{\"text-embedding-3-large\":\"{cheaper}\"}},\"prices\":["
            + Prices("""{"schema":1,"models":[{"id":"ours","prices":{"input":"0.01","output":"0"}}]}""") + "]");
        var begun = _cage.Begin(protection.OpenRun(null), $$"""{"model":"text-embedding-3-large","input":{{input}}}""", url: "http://127.0.0.1:9/v1/embeddings");
        Assert.That(goes ? begun.Text : begun.Error, Is.EqualTo(goes ? $$"""{"model":"{{cheaper}}","input":{{input}}}""" : "BudgetExceeded"));
    }

    private static string Prices(string file) => $"{{\"name\":\"p\",\"text\":{Wire.Quote(file)}}}";
}
