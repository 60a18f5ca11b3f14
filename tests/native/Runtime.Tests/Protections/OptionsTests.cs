using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Protections;

public class OptionsTests
{
    // option, accepted values, refused values, what the message must say
    private static readonly object[][] Options =
    [
        ["agent_id", new[] { "\"a\"" }, new[] { "null", "1", "\"\"" }, "1 to 200"],
        ["budget_usd", new[] { "null", "\"0.000000000001\"", "\"9000000\"" }, new[] { "1", "\"0\"", "\"-1\"", "\"9000001\"", "\"1e3\"", "\"0.0000000000001\"", "\"x\"", "true", "\"1,5\"" }, "9000000"],
        ["budget_scope", new[] { "\"protection\"", "\"run\"" }, new[] { "null", "\"Run\"", "1" }, "protection, run"],
        ["warn_at", new[] { "[]", "[1]", "[0.5,0.9]" }, new[] { "null", "0.9", "[0]", "[1.01]", "[-1]", "[\"0.5\"]", "[null]" }, "at most 1"],
        ["degrade", new[] { "null", "{\"gpt-4o\":\"gpt-4o-mini\"}", "{\"gpt-5\":\"gpt-5-mini\",\"gpt-5-mini\":\"gpt-5-nano\",\"x\":\"gpt-5-mini\"}" }, new[] { "{}", "[]", "\"gpt-4o\"", "1" }, "1 to 100 models"],
        ["degrade", Array.Empty<string>(), new[] { "{\"gpt-4o\":1}", "{\"gpt-4o\":null}", "{\"gpt-4o\":\"\"}", "{\"\":\"gpt-4o\"}" }, "1 to 256 bytes"],
        ["degrade", Array.Empty<string>(), new[] { "{\"gpt-4o\":\"gpt-4o\"}", "{\"gpt-4o\":\"gpt-4o-mini\",\"gpt-4o-mini\":\"gpt-4o\"}", "{\"x\":\"gpt-5\",\"gpt-5\":\"gpt-5-mini\",\"gpt-5-mini\":\"gpt-5\"}" }, "circle: "],
        ["degrade", Array.Empty<string>(), new[] { "{\"gpt-4o\":\"no-such-model\"}" }, "'no-such-model' has no price"],
        ["degrade", Array.Empty<string>(), new[] { "{\"gpt-4o\":\"gpt-4o-mini\",\"gpt-4o\":\"gpt-5-nano\"}" }, "twice"],
        ["degrade_at", Array.Empty<string>(), new[] { "0.5" }, "needs degrade"],
        ["reserve_usd", new[] { "null" }, new[] { "\"0\"", "1", "\"x\"", "\"-1\"" }, "9000000"],
        ["reserve_usd", Array.Empty<string>(), new[] { "\"1\"" }, "needs a budget"],
        ["wrap_up_calls", new[] { "null" }, new[] { "0", "1001", "1.5", "\"1\"" }, "1 to 1000"],
        ["wrap_up_calls", Array.Empty<string>(), new[] { "1" }, "needs reserve_usd"],
        ["wrap_up_note", new[] { "null" }, new[] { "\"\"", "1" }, "1 to 4000"],
        ["wrap_up_note", Array.Empty<string>(), new[] { "\"x\"" }, "needs reserve_usd"],
        ["hold_wait", new[] { "0", "3600", "0.5" }, new[] { "null", "-0.1", "3601", "\"1\"", "1e999" }, "0 to 3600"],
        ["lower_output", new[] { "true", "false" }, new[] { "null", "1", "\"true\"" }, "true or false"],
        ["bound", new[] { "\"default\"", "\"strict\"" }, new[] { "null", "\"x\"" }, "default, strict"],
        ["pii_detection", new[] { "true", "false" }, new[] { "null", "0" }, "true or false"],
        ["pii_action", new[] { "\"redact\"", "\"mask\"", "\"hash\"", "\"tokenise\"", "\"block\"", "\"warn\"", "\"ignore\"" }, new[] { "null", "\"Redact\"", "1" }, "redact, mask, hash, tokenise, block, warn, ignore"],
        ["pii_actions", new[] { "{}", "{\"US_SSN\":\"block\"}" }, new[] { "null", "[]", "\"x\"", "1" }, "object"],
        ["pii_actions", Array.Empty<string>(), new[] { "{\"SSN\":\"block\"}" }, "US_SSN"],
        ["pii_actions[US_SSN]", Array.Empty<string>(), new[] { "{\"US_SSN\":\"x\"}", "{\"US_SSN\":null}" }, "redact, mask, hash, tokenise, block, warn, ignore"],
        ["scan_output", new[] { "true" }, new[] { "null", "\"no\"" }, "true or false"],
        ["circuit_breaker", new[] { "null", "{}", "{\"failure_threshold\":1,\"recovery_timeout\":0.001}" }, new[] { "true", "[]", "3" }, "failure_threshold, recovery_timeout, failure_ratio, failure_window and minimum_calls"],
        ["circuit_breaker[failure_threshold]", Array.Empty<string>(), new[] { "{\"failure_threshold\":0}", "{\"failure_threshold\":1000001}", "{\"failure_threshold\":1.5}", "{\"failure_threshold\":null}" }, "1 to 1000000"],
        ["circuit_breaker[recovery_timeout]", Array.Empty<string>(), new[] { "{\"recovery_timeout\":0}", "{\"recovery_timeout\":86401}", "{\"recovery_timeout\":\"1\"}" }, "0.001 to 86400"],
        ["circuit_breaker[x]", Array.Empty<string>(), new[] { "{\"x\":0}" }, "failure_threshold, recovery_timeout, failure_ratio, failure_window and minimum_calls"],
        ["state", new[] { "null", "\"memory\"" }, new[] { "1", "\"\"", "{}" }, "1 to 4096"],
        ["state", Array.Empty<string>(), new[] { "\"sqlite://x\"", "\"sqlite:///\"", "\"x\"" }, "sqlite:///"],
        ["unpriced", new[] { "\"deny\"", "\"warn\"", "{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"2\",\"cached_input_usd_per_mtok\":null,\"context_window\":8192,\"max_output\":4096}" }, new[] { "null", "\"x\"", "1" }, "deny, warn"],
        ["unpriced", Array.Empty<string>(), new[] { "{}", "{\"input_usd_per_mtok\":\"1\"}", "{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":null}" }, "output_usd_per_mtok"],
        ["unpriced[input_usd_per_mtok]", Array.Empty<string>(), new[] { "{\"input_usd_per_mtok\":1}", "{\"input_usd_per_mtok\":\"-1\"}", "{\"input_usd_per_mtok\":\"1000001\"}", "{\"input_usd_per_mtok\":\"0.0000001\"}" }, "0 to 1000000"],
        ["unpriced[x]", Array.Empty<string>(), new[] { "{\"x\":\"1\"}" }, "max_output"],
        ["unpriced[max_output]", Array.Empty<string>(), new[] { "{\"max_output\":0}", "{\"max_output\":\"1\"}", "{\"max_output\":1.5}" }, "1 to 1000000000"],
        ["unclaimed", new[] { "\"deny\"", "\"pass\"" }, new[] { "null", "\"warn\"" }, "deny, pass"],
        ["unscannable", new[] { "\"warn\"", "\"deny\"", "\"allow\"" }, new[] { "null", "\"x\"" }, "warn, deny, allow"],
        ["on_deny", new[] { "\"raise\"", "\"respond\"" }, new[] { "null", "\"x\"" }, "raise, respond"],
        ["max_calls", new[] { "null", "1", "1000000000" }, new[] { "0", "1000000001", "1.5", "\"1\"" }, "1 to 1000000000"],
        ["eager_events", new[] { "true" }, new[] { "null", "1" }, "true or false"],
        ["agent_state_events", new[] { "true" }, new[] { "null", "1" }, "true or false"],
        ["no_such_option", Array.Empty<string>(), new[] { "null", "1" }, "not an option"],
    ];

    [TestCaseSource(nameof(Options))]
    public void An_option_takes_its_range_and_refuses_the_rest_by_name(string option, string[] accepted, string[] refused, string says)
    {
        using var cage = new Cage();
        var name = option.Split('[')[0];
        string Json(string value) => name == "agent_id" ? $"{{\"agent_id\":{value}}}" : $"{{\"agent_id\":\"a\",\"{name}\":{value}}}";
        foreach (var value in accepted)
            Assert.DoesNotThrow(() => cage.Engine.NewProtection(Wire.Utf8(Json(value)), null), value);
        foreach (var value in refused)
        {
            var error = Assert.Throws<ConfigException>(() => cage.Engine.NewProtection(Wire.Utf8(Json(value)), null), value);
            Assert.That((error!.Option, error.Message), Is.EqualTo((option, error.Message)), value);
            Assert.That(error.Message, Does.StartWith(option + ":").And.Contain(says), value);
        }
    }

    [Test]
    public void The_defaults_are_those_of_the_header()
    {
        var o = ProtectionOptionsReader.Read(Wire.Utf8("{\"agent_id\":\"a\"}"));
        Assert.Multiple(() =>
        {
            Assert.That((o.Budget, o.BudgetPerRun, o.HoldWait, o.LowerOutput, o.StrictBound), Is.EqualTo(((Core.Money.Picodollars?)null, false, TimeSpan.FromSeconds(30), true, false)));
            Assert.That((o.WarnAt, ProtectionOptions.UsualWarning.Single()), Is.EqualTo(((IReadOnlyList<double>?)null, 0.9)));
            Assert.That((o.Degrade.Models.Count, o.Degrade.At, o.WrapUp), Is.EqualTo((0, 1.0, (Budgets.WrapUpPolicy?)null)));
            Assert.That((o.PiiDetection, o.PiiAction, o.ScanOutput, o.State, o.Unpriced), Is.EqualTo((true, PiiAction.Redact, true, (string?)null, UnpricedPolicy.Deny)));
            Assert.That((o.CircuitBreaker!.FailureThreshold, o.CircuitBreaker.RecoveryTimeout), Is.EqualTo((3, TimeSpan.FromSeconds(60))));
            Assert.That((o.PassUnclaimed, o.Unscannable, o.Respond, o.MaxCalls, o.EagerEvents), Is.EqualTo((false, UnscannablePolicy.Warn, false, (int?)null, false)));
        });
    }

    private const string Degrades = "\"degrade\":{\"gpt-4o\":\"gpt-4o-mini\"}";

    [TestCase(Degrades + ",\"degrade_at\":0.5", "degrade_at", "needs a budget")]
    [TestCase(Degrades + ",\"degrade_at\":0,\"budget_usd\":\"1\"", "degrade_at", "above 0 and at most 1")]
    [TestCase(Degrades + ",\"degrade_at\":1.1,\"budget_usd\":\"1\"", "degrade_at", "above 0 and at most 1")]
    [TestCase("\"reserve_usd\":\"1\",\"budget_usd\":\"1\"", "reserve_usd", "below the budget of $1")]
    [TestCase("\"budget_usd\":\"1\",\"reserve_usd\":\"2\"", "reserve_usd", "below the budget of $1")]
    public void Options_that_do_not_fit_together_are_refused(string options, string option, string says)
    {
        using var cage = new Cage();
        var error = Assert.Throws<ConfigException>(() => cage.Protect(options));
        Assert.That((error!.Option, error.Message), Is.EqualTo((option, error.Message)));
        Assert.That(error.Message, Does.Contain(says));
    }

    [Test]
    public void A_reserve_is_below_the_shared_budget_of_which_it_is_kept()
    {
        using var cage = new Cage();
        Assert.That(Assert.Throws<ConfigException>(() => cage.Protect("\"reserve_usd\":\"1\"", cage.Budget("1")))!.Message, Does.Contain("reserve_usd: must be below the budget of $1"));
        Assert.DoesNotThrow(() => cage.Protect("\"reserve_usd\":\"0.999999999999\",\"degrade_at\":0.5," + Degrades, cage.Budget("1")));
    }

    // Prices of one's own count, also for one provider only; so does the leave to call models without a price.
    [TestCase("\"prices\":[{\"name\":\"p\",\"text\":\"{\\\"schema\\\":1,\\\"provider\\\":\\\"groq\\\",\\\"models\\\":[{\\\"id\\\":\\\"ours\\\",\\\"match\\\":{\\\"exact\\\":[\\\"ours\\\"]},\\\"prices\\\":{\\\"input\\\":\\\"1\\\",\\\"output\\\":\\\"1\\\"}}]}\"}]")]
    [TestCase("\"unpriced\":\"warn\"")]
    [TestCase("\"unpriced\":{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"2\"}")]
    public void A_cheaper_model_needs_a_price_from_somewhere(string options)
    {
        using var cage = new Cage();
        Assert.DoesNotThrow(() => cage.Protect("\"degrade\":{\"gpt-4o\":\"ours\"}," + options));
        Assert.Throws<ConfigException>(() => cage.Protect("\"degrade\":{\"gpt-4o\":\"ours\"}"));
    }

    [TestCase("{}", "agent_id")]
    [TestCase("", "agent_id")]
    [TestCase("[]", "options")]
    [TestCase("null", "options")]
    [TestCase("{\"agent_id\":\"a\"", "options")]
    [TestCase("{\"agent_id\":\"\\ud800\"}", "agent_id")]
    [TestCase("{\"agent_id\":\"a\",\"\\ud800\":1}", "options")]
    [TestCase("{\"agent_id\":\"a\",\"budget_usd\":\"\\ud800\"}", "budget_usd")]
    [TestCase("{\"agent_id\":\"a\",\"pii_action\":\"\\ud800\"}", "pii_action")]
    [TestCase("{\"agent_id\":\"a\",\"pii_actions\":{\"\\ud800\":\"warn\"}}", "options")]
    [TestCase("{\"agent_id\":\"a\",\"bound\":\"\\ud800\"}", "bound")]
    [TestCase("{\"agent_id\":\"\u00ff\"}", "options")]
    public void What_is_no_options_object_is_refused(string json, string option)
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(json);
        Assert.That(Assert.Throws<ConfigException>(() => ProtectionOptionsReader.Read(bytes))!.Option, Is.EqualTo(option).Or.EqualTo("options"));
    }

    [Test]
    public void A_shared_budget_excludes_one_of_its_own()
    {
        using var cage = new Cage();
        var budget = cage.Budget("1");
        Assert.That(Assert.Throws<ConfigException>(() => cage.Protect("\"budget_usd\":\"1\"", budget))!.Option, Is.EqualTo("budget_usd"));
        Assert.That(Assert.Throws<ConfigException>(() => cage.Protect("\"budget_scope\":\"run\"", budget))!.Option, Is.EqualTo("budget_scope"));
    }

    [TestCase("{\"limit_usd\":\"1\"}", "name")]
    [TestCase("{\"name\":\"a\"}", "limit_usd")]
    [TestCase("{\"name\":\"a\",\"limit_usd\":null}", "limit_usd")]
    [TestCase("{\"name\":\"a\",\"limit_usd\":1}", "limit_usd")]
    [TestCase("{\"name\":\"\",\"limit_usd\":\"1\"}", "name")]
    [TestCase("{\"name\":\"a\",\"limit_usd\":\"1\",\"x\":1}", "x")]
    [TestCase("{\"name\":\"a\",\"limit_usd\":\"1\",\"state\":\"x\"}", "state")]
    public void Options_of_a_budget_are_checked(string json, string option)
    {
        using var cage = new Cage();
        Assert.That(Assert.Throws<ConfigException>(() => cage.Engine.OpenBudget(Wire.Utf8(json)))!.Option, Is.EqualTo(option));
    }

    [TestCase("{\"llm_hosts\":1}", "llm_hosts")]
    [TestCase("{\"log_level\":\"loud\"}", "log_level")]
    [TestCase("{\"event_capacity\":63}", "event_capacity")]
    [TestCase("{\"event_capacity\":1048577}", "event_capacity")]
    [TestCase("{\"x\":1}", "x")]
    public void Options_of_an_engine_are_checked(string json, string option) =>
        Assert.That(Assert.Throws<ConfigException>(() => EngineOptions.Read(Wire.Utf8(json)))!.Option, Is.EqualTo(option));
}
