namespace IronCage.Reliability.Tests.Limits;

/// <summary>What providers say of their limits, and who waits for it.</summary>
public class ProviderPauseTests
{
    private const string Key = "api.example.com|gpt-4o";
    private readonly IronCage.Tests.ManualTimeProvider _clock = new();
    private LimitBook _book = null!;

    [SetUp]
    public void Open() => _book = new LimitBook(new LimitOptions { MaxWait = TimeSpan.FromSeconds(90) }, _clock);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static ProviderLimits Retry(double seconds) => new() { RetryAfter = Seconds(seconds) };

    private static ProviderLimits Left(long remaining, double reset, long limit = 10) => new() { Requests = new ProviderRate(limit, remaining, Seconds(reset)) };

    private Task<LimitDecision> Enter(double wait = 90) => _book.EnterAsync(Key, 0, Seconds(wait), default).AsTask();

    private bool Goes() => _book.TryEnter(Key, 0, out _);

    private TimeSpan? Hear(in ProviderLimits told, int status = 200, double sentAgo = 0) =>
        _book.Hear(Key, told, status, _clock.GetTimestamp() - Seconds(sentAgo).Ticks);

    [Test]
    public void After_429_with_a_time_calls_wait_for_it()
    {
        Assert.That(Hear(Retry(5), 429), Is.EqualTo(Seconds(5)));
        Assert.That((_book.IsIdle, Goes(), _book.TryEnter("other", 0, out _)), Is.EqualTo((false, false, true)));
        var (first, second) = (Enter(), Enter());
        Assert.That(Hear(Retry(3), 429), Is.Null, "a shorter one is no news");
        _clock.Advance(Seconds(4.999));
        Assert.That(first.IsCompleted, Is.False);
        _clock.Advance(Seconds(0.001));
        Assert.That((first.Result.IsGranted, first.Result.Kind, second.IsCompletedSuccessfully, _book.IsIdle), Is.EqualTo((true, LimitKind.Provider, true, true)));
    }

    [TestCase(200)]
    [TestCase(503)]
    public void A_retry_time_of_another_status_is_not_about_a_limit(int status)
    {
        Hear(Retry(5), status);
        Assert.That((_book.IsIdle, Goes()), Is.EqualTo((true, true)));
    }

    [TestCase(60, false)]
    [TestCase(60.1, true)]
    public void What_is_longer_than_the_ceiling_delays_nothing(double seconds, bool goes)
    {
        Hear(Retry(seconds), 429);
        Assert.That(Goes(), Is.EqualTo(goes));
    }

    [Test]
    public void What_is_longer_than_a_call_may_wait_delays_nothing()
    {
        _book = new LimitBook(new LimitOptions { MaxWait = Seconds(2) }, _clock);
        Hear(Retry(3), 429);
        Assert.That(Goes(), Is.True);
    }

    [Test]
    public void The_providers_word_never_refuses_a_call()
    {
        Hear(Retry(50), 429);
        Assert.That(Enter(wait: 0).Result.IsGranted, Is.True, "who does not wait is sent");
        var waiting = Enter(wait: 10);
        _clock.Advance(Seconds(10));
        Assert.That((waiting.Result.IsGranted, waiting.Result.Waited), Is.EqualTo((true, Seconds(10))));
    }

    [Test]
    public void Limits_of_ones_own_refuse_also_while_the_provider_is_left_alone()
    {
        _book = new LimitBook(new LimitOptions { RequestsPerMinute = 1, MaxWait = Seconds(90) }, _clock);
        Assert.That(Goes(), Is.True);
        Hear(Retry(50), 429);
        var waiting = Enter(wait: 10);
        _clock.Advance(Seconds(10));
        Assert.That((waiting.Result.Status, waiting.Result.Kind, waiting.Result.RetryAfter), Is.EqualTo((LimitStatus.TimedOut, LimitKind.RequestsPerMinute, Seconds(50))));
    }

    [Test]
    public void When_nothing_remains_calls_go_one_by_one_as_it_comes_back()
    {
        Assert.That(Hear(Left(0, reset: 60)), Is.EqualTo(Seconds(6)), "ten come back in 60 seconds, one in six");
        var waiting = Enumerable.Range(0, 3).Select(_ => Enter()).ToArray();
        foreach (var call in waiting)
        {
            _clock.Advance(Seconds(5.999));
            Assert.That(call.IsCompleted, Is.False);
            _clock.Advance(Seconds(0.001));
            Assert.That(call.IsCompletedSuccessfully, Is.True);
        }
        _clock.Advance(Seconds(42));
        Assert.That((_book.IsIdle, Goes(), Goes()), Is.EqualTo((false, true, true)), "all of it is back");
        Assert.That(_book.IsIdle, Is.True);
    }

    [Test]
    public void What_was_said_counts_from_when_its_request_was_sent()
    {
        Assert.That(Hear(Left(0, reset: 60), sentAgo: 5), Is.EqualTo(Seconds(1)));
        Hear(Left(7, reset: 18));
        Assert.That(Hear(Left(0, reset: 60), sentAgo: 1), Is.Null, "an answer to an earlier request knows less");
        Assert.That(Goes(), Is.True);
    }

    [Test]
    public void Later_knowledge_ends_a_wait()
    {
        Hear(Left(0, reset: 60));
        var paced = Enter();
        _clock.Advance(Seconds(1));
        Hear(Left(4, reset: 36));
        Assert.That(paced.IsCompletedSuccessfully, Is.True);
        Hear(Retry(30), 429);
        var paused = Enter();
        Hear(default, 200, sentAgo: 2);
        Assert.That(paused.IsCompleted, Is.False, "it was sent before the refusal");
        _clock.Advance(Seconds(2));
        Hear(default, 200, sentAgo: 1);
        Assert.That(paused.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void What_is_not_said_in_full_delays_nothing()
    {
        Hear(new ProviderLimits { Requests = new ProviderRate(null, 0, Seconds(60)), Tokens = new ProviderRate(100, 0, null), InputTokens = new ProviderRate(0, 0, Seconds(9)), OutputTokens = new ProviderRate(5, null, Seconds(9)) });
        Assert.That((Goes(), _book.IsIdle), Is.EqualTo((true, true)));
    }

    [Test]
    public void The_slowest_of_its_limits_counts()
    {
        var pause = Hear(new ProviderLimits { Requests = new ProviderRate(10, 0, Seconds(10)), Tokens = new ProviderRate(100, 0, Seconds(50)), OutputTokens = new ProviderRate(2, 0, Seconds(8)) });
        Assert.That(pause, Is.EqualTo(Seconds(4)));
    }

    [Test]
    public void Nothing_is_heard_where_the_provider_is_not_followed()
    {
        _book = new LimitBook(new LimitOptions { FollowsProvider = false }, _clock);
        Assert.That((Hear(Retry(5), 429), Goes(), _book.Snapshot().Count), Is.EqualTo(((TimeSpan?)null, true, 0)));
    }
}
