namespace IronCage.Reliability.Tests.Limits;

public class LimitBookTests
{
    private const string Key = "api.example.com|gpt-4o";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);
    private readonly IronCage.Tests.ManualTimeProvider _clock = new();

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private LimitBook Book(int? requests = null, int? tokens = null, int? concurrent = null) =>
        new(new LimitOptions { RequestsPerMinute = requests, TokensPerMinute = tokens, MaxConcurrent = concurrent }, _clock);

    private static Task<LimitDecision> Enter(LimitBook book, long tokens = 1, TimeSpan? wait = null, string key = Key, CancellationToken cancel = default) =>
        book.EnterAsync(key, tokens, wait ?? Long, cancel).AsTask();

    private static LimitDecision Now(Task<LimitDecision> entering)
    {
        Assert.That(entering.IsCompleted, Is.True, "it should not wait");
        return entering.GetAwaiter().GetResult();
    }

    [Test]
    public void No_minute_has_more_requests_than_the_limit()
    {
        var book = Book(requests: 2);
        Assert.That(Now(Enter(book)).IsGranted, Is.True);
        _clock.Advance(Seconds(30));
        Assert.That(Now(Enter(book)).IsGranted, Is.True);
        var third = Enter(book);
        var fourth = Enter(book);
        _clock.Advance(Seconds(29.999));
        Assert.That(third.IsCompleted, Is.False);
        _clock.Advance(Seconds(0.001));
        Assert.That((Now(third).Kind, Now(third).Waited, fourth.IsCompleted), Is.EqualTo((LimitKind.RequestsPerMinute, Seconds(30), false)));
        _clock.Advance(Seconds(30));
        Assert.That(Now(fourth).Waited, Is.EqualTo(Seconds(60)));
    }

    [Test]
    public void Another_key_has_limits_of_its_own()
    {
        var book = Book(requests: 1);
        Now(Enter(book));
        Assert.That(Now(Enter(book, key: "api.example.com|other")).IsGranted, Is.True);
        Assert.That(book.Snapshot().Select(report => report.Key), Is.EqualTo(new[] { Key, "api.example.com|other" }));
    }

    [Test]
    public void Tokens_are_counted_at_the_begin_and_corrected_at_the_end()
    {
        var book = Book(tokens: 1000);
        var first = Now(Enter(book, 900)).Place!;
        var second = Enter(book, 300);
        Assert.That(second.IsCompleted, Is.False);
        first.Leave(700);
        Assert.That(Now(second).IsGranted, Is.True, "700 were used, and 300 fit beside them");
        Assert.That(book.Snapshot()[0].Tokens, Is.EqualTo(1000));
        Now(second).Place!.Leave(1300);
        Assert.That(book.Snapshot()[0].Tokens, Is.EqualTo(2000), "more was used than counted, and later calls wait for it");
        var third = Enter(book, 1);
        _clock.Advance(Seconds(60));
        Assert.That(Now(third).IsGranted, Is.True);
    }

    [Test]
    public void A_call_that_counts_more_than_a_minute_has_is_refused_at_once()
    {
        var book = Book(tokens: 1000);
        var decision = Now(Enter(book, 1001));
        Assert.That((decision.Status, decision.Kind, decision.RetryAfter), Is.EqualTo((LimitStatus.NeverFits, LimitKind.TokensPerMinute, TimeSpan.Zero)));
        Assert.That(Now(Enter(book, 1000)).IsGranted, Is.True, "nothing was counted for it");
    }

    [Test]
    public void Places_in_flight_are_given_in_order_of_arrival_and_back_once()
    {
        var book = Book(concurrent: 1);
        var first = Now(Enter(book)).Place!;
        var second = Enter(book);
        var third = Enter(book);
        first.Leave(null);
        first.Leave(null);
        first.TakeBack();
        Assert.That((Now(second).Kind, third.IsCompleted), Is.EqualTo((LimitKind.MaxConcurrent, false)), "one end, one place");
        Assert.That((book.Snapshot()[0].InFlight, book.Snapshot()[0].Waiting, book.Snapshot()[0].Waited), Is.EqualTo((1, 1, 1L)));
        Now(second).Place!.TakeBack();
        Assert.That(Now(third).IsGranted, Is.True);
    }

    [Test]
    public void A_call_that_never_left_counts_as_none()
    {
        var book = Book(requests: 1, tokens: 10);
        Now(Enter(book, 10)).Place!.TakeBack();
        Assert.That(Now(Enter(book, 10)).IsGranted, Is.True);
    }

    [Test]
    public void A_call_that_ends_after_its_minute_changes_nothing_in_a_later_one()
    {
        var book = Book(requests: 2, tokens: 100);
        var old = Now(Enter(book, 90)).Place!;
        _clock.Advance(Seconds(61));
        Now(Enter(book, 60));
        old.Leave(10);
        Assert.That((book.Snapshot()[0].Requests, book.Snapshot()[0].Tokens), Is.EqualTo((1, 60L)));
    }

    [Test]
    public void Who_waited_long_enough_is_refused_and_told_when_there_may_be_room()
    {
        var book = Book(requests: 1);
        Now(Enter(book));
        _clock.Advance(Seconds(10));
        var waiting = Enter(book, wait: Seconds(20));
        _clock.Advance(Seconds(19.9));
        Assert.That(waiting.IsCompleted, Is.False);
        _clock.Advance(Seconds(0.1));
        var decision = Now(waiting);
        Assert.That((decision.Status, decision.Kind, decision.RetryAfter, decision.Waited), Is.EqualTo((LimitStatus.TimedOut, LimitKind.RequestsPerMinute, Seconds(30), Seconds(20))));
        Assert.That(Now(Enter(book, wait: TimeSpan.Zero)).RetryAfter, Is.EqualTo(Seconds(30)), "who does not wait is told the same at once");
        Assert.That((book.Snapshot()[0].Requests, book.Snapshot()[0].Waiting), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Who_gives_up_lets_those_behind_him_go()
    {
        var book = Book(tokens: 100);
        Now(Enter(book, 50));
        using var cancel = new CancellationTokenSource();
        var large = Enter(book, 100, cancel: cancel.Token);
        var small = Enter(book, 50);
        Assert.That(small.IsCompleted, Is.False, "in order of arrival, or large calls would starve");
        cancel.Cancel();
        Assert.That((Now(large).Status, Now(small).IsGranted), Is.EqualTo((LimitStatus.Cancelled, true)));
        Assert.That(Now(Enter(book, 50, cancel: cancel.Token)).Status, Is.EqualTo(LimitStatus.Cancelled), "a token that is cancelled already");
    }

    [Test]
    public void Keys_that_nobody_uses_are_forgotten()
    {
        var book = Book(concurrent: 1);
        var kept = Now(Enter(book, key: "kept")).Place!;
        for (var i = 0; i <= LimitConstants.ManyKeys; i++)
            Now(Enter(book, key: $"key {i}")).Place!.Leave(null);
        Assert.That(book.Snapshot(), Has.Count.LessThan(10));
        Assert.That(Enter(book, key: "kept").IsCompleted, Is.False, "one with a call in flight stays");
        kept.Leave(null);
    }

    [Test]
    public void Without_limits_there_is_nothing_to_ask()
    {
        var book = Book();
        Assert.That((book.IsIdle, book.TryEnter(Key, 10, out var place), place), Is.EqualTo((true, true, (LimitPlace?)null)));
        Assert.That(book.Snapshot(), Is.Empty);
    }

    [TestCase(0, null, null)]
    [TestCase(1_000_001, null, null)]
    [TestCase(null, 0, null)]
    [TestCase(null, 2_000_000_001, null)]
    [TestCase(null, null, 0)]
    [TestCase(null, null, 100_001)]
    public void An_option_out_of_range_is_refused(int? requests, int? tokens, int? concurrent)
    {
        Assert.That(() => Book(requests, tokens, concurrent), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must be 1 to"));
    }
}
