using System.Globalization;

namespace IronCage.Reliability.Tests.Retry;

public class RetryPolicyTests
{
    private readonly ManualTimeProvider _clock = new();

    private RetryDecision Decide(FailedAttempt failed, RetryOptions? options = null, double chance = 0) => new RetryPolicy(_clock, () => chance).Decide(options ?? new RetryOptions(), failed);

    [TestCase(0, RetryAnswer.Retry)]
    [TestCase(408, RetryAnswer.Retry)]
    [TestCase(409, RetryAnswer.Retry)]
    [TestCase(429, RetryAnswer.Retry)]
    [TestCase(500, RetryAnswer.Retry)]
    [TestCase(502, RetryAnswer.Retry)]
    [TestCase(503, RetryAnswer.Retry)]
    [TestCase(504, RetryAnswer.Retry)]
    [TestCase(529, RetryAnswer.Retry)]
    [TestCase(400, RetryAnswer.Final)]
    [TestCase(401, RetryAnswer.Final)]
    [TestCase(404, RetryAnswer.Final)]
    [TestCase(501, RetryAnswer.Final)]
    [TestCase(599, RetryAnswer.Final)]
    public void Only_what_may_go_away_by_itself_is_tried_again(int status, RetryAnswer answer) =>
        Assert.That(Decide(new FailedAttempt(1, status)).Answer, Is.EqualTo(answer));

    [TestCase(400, "true", RetryAnswer.Retry)]
    [TestCase(503, "False", RetryAnswer.Final)]
    [TestCase(503, "perhaps", RetryAnswer.Retry)]
    [TestCase(200, "true", RetryAnswer.Final)]
    public void The_provider_has_the_last_word_in_a_header(int status, string header, RetryAnswer answer) =>
        Assert.That(Decide(new FailedAttempt(1, status, ShouldRetry: header)).Answer, Is.EqualTo(answer));

    [TestCase(0, 1, RetryAnswer.Off)]
    [TestCase(1, 1, RetryAnswer.Retry)]
    [TestCase(1, 2, RetryAnswer.CapReached)]
    [TestCase(10, 10, RetryAnswer.Retry)]
    [TestCase(10, 11, RetryAnswer.CapReached)]
    [TestCase(2, int.MaxValue, RetryAnswer.CapReached)]
    public void There_is_one_cap_over_all_attempts(int cap, int number, RetryAnswer answer) =>
        Assert.That(Decide(new FailedAttempt(number, 503), new RetryOptions { MaxRetries = cap }).Answer, Is.EqualTo(answer));

    [TestCase(1, 0, 0.5)]
    [TestCase(2, 0, 1)]
    [TestCase(5, 0, 8)]
    [TestCase(10, 0, 8)]
    [TestCase(2, 0.999999, 0.75)]
    [TestCase(10, 0.5, 7)]
    public void Pauses_double_up_to_eight_seconds_and_chance_shortens_them(int number, double chance, double seconds) =>
        Assert.That(Decide(new FailedAttempt(number, 500), new RetryOptions { MaxRetries = 10 }, chance).Delay.TotalSeconds, Is.EqualTo(seconds).Within(1e-5));

    [TestCase("250", "9", 0.25)]
    [TestCase("", "9", 9)]
    [TestCase("", "1.5", 1.5)]
    [TestCase("nonsense", "2", 2)]
    [TestCase("-3", "0", 0.5)]
    [TestCase("", "60", 60)]
    [TestCase("", "soon", 0.5)]
    [TestCase("NaN", "Infinity", 0.5)]
    public void What_the_provider_asks_for_is_waited_for(string milliseconds, string seconds, double expected) =>
        Assert.That(Decide(new FailedAttempt(1, 429, RetryAfterMs: milliseconds, RetryAfter: seconds)).Delay.TotalSeconds, Is.EqualTo(expected).Within(1e-9));

    [TestCase("60001", "")]
    [TestCase("", "61")]
    [TestCase("", "1e400")]
    [TestCase("", "99999999999999999999999999999999999999999999")]
    public void More_than_the_ceiling_is_not_waited_for(string milliseconds, string seconds)
    {
        var asked = new FailedAttempt(1, 429, RetryAfterMs: milliseconds, RetryAfter: seconds);
        var expected = seconds == "1e400" ? RetryAnswer.Retry : RetryAnswer.AboveCeiling; // no number by the header's grammar
        Assert.That(Decide(asked).Answer, Is.EqualTo(expected));
    }

    [TestCase("ddd, dd MMM yyyy HH:mm:ss 'GMT'")]
    [TestCase("dddd, dd-MMM-yy HH:mm:ss 'GMT'")]
    [TestCase("ddd MMM d HH:mm:ss yyyy")]
    public void A_date_is_waited_for_in_each_of_its_three_forms(string form)
    {
        string At(int seconds) => _clock.GetUtcNow().AddSeconds(seconds).ToString(form, CultureInfo.InvariantCulture);
        Assert.Multiple(() =>
        {
            Assert.That(Decide(new FailedAttempt(1, 503, RetryAfter: At(7))).Delay, Is.EqualTo(TimeSpan.FromSeconds(7)));
            Assert.That(Decide(new FailedAttempt(1, 503, RetryAfter: At(-7))).Delay, Is.EqualTo(TimeSpan.FromSeconds(0.5)));
            Assert.That(Decide(new FailedAttempt(1, 503, RetryAfter: At(70))).Answer, Is.EqualTo(RetryAnswer.AboveCeiling));
        });
    }

    [Test]
    public void Options_out_of_range_are_named_with_their_range()
    {
        foreach (var (options, name, range) in new[]
        {
            (new RetryOptions { MaxRetries = -1 }, "MaxRetries", "0 to 10"), (new RetryOptions { MaxRetries = 11 }, "MaxRetries", "0 to 10"),
            (new RetryOptions { Delay = TimeSpan.Zero }, "Delay", "0.001 to 8"), (new RetryOptions { Delay = TimeSpan.FromSeconds(9) }, "Delay", "0.001 to 8"),
            (new RetryOptions { RetryAfterCeiling = TimeSpan.FromTicks(-1) }, "RetryAfterCeiling", "0 to 3600"),
            (new RetryOptions { AttemptTimeout = TimeSpan.Zero }, "AttemptTimeout", "0.001 to 86400"), (new RetryOptions { TotalTimeout = TimeSpan.FromDays(2) }, "TotalTimeout", "0.001 to 86400"),
        })
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate)!;
            Assert.That((error.ParamName, error.Message), Is.EqualTo((name, error.Message)));
            Assert.That(error.Message, Does.Contain(range));
        }
    }

    [Test]
    public void Two_sets_of_options_together_are_the_stricter_of_each()
    {
        var one = new RetryOptions { MaxRetries = 5, Delay = TimeSpan.FromSeconds(1), TotalTimeout = TimeSpan.FromSeconds(9) };
        var other = new RetryOptions { MaxRetries = 1, RetryAfterCeiling = TimeSpan.FromSeconds(3), AttemptTimeout = TimeSpan.FromSeconds(2), TotalTimeout = TimeSpan.FromSeconds(10) };
        var both = new RetryOptions
        {
            MaxRetries = 1, Delay = TimeSpan.FromSeconds(1), RetryAfterCeiling = TimeSpan.FromSeconds(3), AttemptTimeout = TimeSpan.FromSeconds(2), TotalTimeout = TimeSpan.FromSeconds(9),
        };
        Assert.That((one.And(other), other.And(one), one.And(one)), Is.EqualTo((both, both, one)));
    }
}
