namespace IronCage.Reliability.Tests.CircuitBreaker;

public class CircuitBookTests
{
    private const string Key = "api.openai.com|gpt-4o";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly List<CircuitEvent> _events = [];
    private ManualTimeProvider _clock = null!;
    private CircuitBook _book = null!;

    [SetUp]
    public void SetUp()
    {
        _events.Clear();
        _clock = new ManualTimeProvider();
        _book = new CircuitBook(null, _clock, _events.Add);
    }

    [Test]
    public void New_circuit_admits()
    {
        var admission = _book.Admit(Key);

        Assert.That(admission.IsAdmitted, Is.True);
        Assert.That(admission.RetryAfter, Is.EqualTo(TimeSpan.Zero));
        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Closed, 0, 0, null)));
    }

    [Test]
    public void Failures_below_the_threshold_keep_it_closed()
    {
        Run(CallResult.Failure, CallResult.Failure);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Closed, 2, 0, null)));
        Assert.That(_events, Is.Empty);
    }

    [Test]
    public void Failures_at_the_threshold_open_it()
    {
        Run(CallResult.Failure, CallResult.Failure, CallResult.Failure);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Open, 3, 1, Timeout)));
        var refused = _book.Admit(Key);
        Assert.That(refused.IsAdmitted, Is.False);
        Assert.That(refused.RetryAfter, Is.EqualTo(Timeout));
    }

    [Test]
    public void Success_between_failures_starts_the_count_again()
    {
        Run(CallResult.Failure, CallResult.Failure, CallResult.Success, CallResult.Failure, CallResult.Failure);

        Assert.That(Report().State, Is.EqualTo(CircuitState.Closed));
        Assert.That(Report().ConsecutiveFailures, Is.EqualTo(2));
    }

    [Test]
    public void Ignored_result_between_failures_changes_nothing()
    {
        Run(CallResult.Failure, CallResult.Ignored, CallResult.Failure, CallResult.Ignored, CallResult.Failure);

        Assert.That(Report().State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void Keys_have_circuits_of_their_own()
    {
        Run(CallResult.Failure, CallResult.Failure, CallResult.Failure);

        Assert.That(_book.Admit("api.openai.com|gpt-4o-mini").IsAdmitted, Is.True);
        Assert.That(_book.Snapshot().Select(r => r.Key), Is.EqualTo(new[] { Key, "api.openai.com|gpt-4o-mini" }));
    }

    [Test]
    public void Open_circuit_refuses_to_the_last_tick_and_says_how_long()
    {
        Open();

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.That(_book.Admit(Key).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.That(_book.Admit(Key).RetryAfter, Is.EqualTo(TimeSpan.FromTicks(1)));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(Report().RetryAfter, Is.EqualTo(TimeSpan.Zero));
        Assert.That(_book.Admit(Key).IsAdmitted, Is.True);
    }

    [TestCase(1_000)]
    [TestCase(32_768)]
    [TestCase(10_000_000)]
    [TestCase(1_000_000_000)]
    [TestCase(2_994_375_017)]
    public void Waiting_the_time_it_says_is_always_enough(long frequency)
    {
        var clock = new ManualTimeProvider(frequency);
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1, RecoveryTimeout = TimeSpan.FromTicks(123_457) }, clock, null);
        clock.Advance(TimeSpan.FromTicks(987_654_321));
        book.Admit(Key).Permit!.Complete(CallResult.Failure);
        clock.Advance(TimeSpan.FromTicks(3_333));

        var wait = book.Admit(Key).RetryAfter;
        clock.Advance(wait);

        Assert.That(book.Admit(Key).IsAdmitted, Is.True);
    }

    [Test]
    public void Timeout_between_two_ticks_of_a_coarse_clock_lasts_to_the_later_one()
    {
        var clock = new ManualTimeProvider(frequency: 1_000);
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1, RecoveryTimeout = TimeSpan.FromMilliseconds(12.3457) }, clock, null);
        book.Admit(Key).Permit!.Complete(CallResult.Failure);

        clock.Advance(TimeSpan.FromMilliseconds(12));
        Assert.That(book.Admit(Key).RetryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(1)));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(book.Admit(Key).IsAdmitted, Is.True);
    }

    [Test]
    public void Half_open_circuit_admits_one_probe_and_refuses_the_rest()
    {
        Open();
        _clock.Advance(Timeout);

        var probe = _book.Admit(Key);
        var other = _book.Admit(Key);

        Assert.That(probe.IsAdmitted, Is.True);
        Assert.That(other.IsAdmitted, Is.False);
        Assert.That(other.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.HalfOpen, 3, 1, TimeSpan.FromSeconds(1))));
    }

    [Test]
    public void Wait_beside_a_probe_is_no_longer_than_the_recovery_timeout()
    {
        var timeout = TimeSpan.FromMilliseconds(5);
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1, RecoveryTimeout = timeout }, _clock, null);
        book.Admit(Key).Permit!.Complete(CallResult.Failure);
        _clock.Advance(timeout);
        _ = book.Admit(Key);

        Assert.That(book.Admit(Key).RetryAfter, Is.EqualTo(timeout));
    }

    [Test]
    public void Probe_success_closes()
    {
        var probe = Probe();

        probe.Complete(CallResult.Success);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Closed, 0, 1, null)));
    }

    [Test]
    public void Probe_failure_opens_again_for_the_full_timeout()
    {
        var probe = Probe();
        _clock.Advance(TimeSpan.FromSeconds(7));

        probe.Complete(CallResult.Failure);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Open, 4, 2, Timeout)));
    }

    [Test]
    public void Ignored_probe_lets_the_next_call_probe_at_once()
    {
        var probe = Probe();

        probe.Complete(CallResult.Ignored);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.HalfOpen, 3, 1, TimeSpan.Zero)));
        Assert.That(_book.Admit(Key).IsAdmitted, Is.True);
        Assert.That(_book.Admit(Key).IsAdmitted, Is.False);
        Assert.That(_events.Select(e => e.State), Is.EqualTo(new[] { CircuitState.Open, CircuitState.HalfOpen }));
    }

    [Test]
    public void Disposed_permit_counts_as_ignored()
    {
        Probe().Dispose();

        Assert.That(Report().State, Is.EqualTo(CircuitState.HalfOpen));
        Assert.That(_book.Admit(Key).IsAdmitted, Is.True);
    }

    [Test]
    public void Complete_counts_once()
    {
        var permit = _book.Admit(Key).Permit!;

        Assert.That(permit.IsCompleted, Is.False);
        Assert.That(permit.Complete(CallResult.Failure), Is.True);
        Assert.That(permit.Complete(CallResult.Failure), Is.False);
        permit.Dispose();
        Assert.That(permit.IsCompleted, Is.True);
        Assert.That(Report().ConsecutiveFailures, Is.EqualTo(1));
    }

    [TestCase(CallResult.Success)]
    [TestCase(CallResult.Failure)]
    [TestCase(CallResult.Ignored)]
    public void Result_of_a_call_from_before_the_opening_changes_an_open_circuit_in_nothing(CallResult late)
    {
        var straggler = _book.Admit(Key).Permit!;
        Open();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var before = Report();

        straggler.Complete(late);

        Assert.That(Report(), Is.EqualTo(before));
    }

    [TestCase(CallResult.Success)]
    [TestCase(CallResult.Failure)]
    [TestCase(CallResult.Ignored)]
    public void Result_of_a_call_from_before_the_opening_is_not_taken_for_the_probe(CallResult late)
    {
        var straggler = _book.Admit(Key).Permit!;
        var probe = Probe();

        straggler.Complete(late);

        Assert.That(Report().State, Is.EqualTo(CircuitState.HalfOpen));
        Assert.That(_book.Admit(Key).IsAdmitted, Is.False, "the probe is still in flight");
        probe.Complete(CallResult.Success);
        Assert.That(Report().State, Is.EqualTo(CircuitState.Closed));
    }

    [Test]
    public void Failure_from_before_the_opening_does_not_count_in_the_next_closed_generation()
    {
        var stragglers = Enumerable.Range(0, 3).Select(_ => _book.Admit(Key).Permit!).ToArray();
        Probe().Complete(CallResult.Success);

        foreach (var straggler in stragglers)
            straggler.Complete(CallResult.Failure);

        Assert.That(Report(), Is.EqualTo(new CircuitReport(Key, CircuitState.Closed, 0, 1, null)));
    }

    [Test]
    public void Success_from_before_the_opening_does_not_reset_the_next_closed_generation()
    {
        var straggler = _book.Admit(Key).Permit!;
        Probe().Complete(CallResult.Success);
        Run(CallResult.Failure, CallResult.Failure);

        straggler.Complete(CallResult.Success);

        Assert.That(Report().ConsecutiveFailures, Is.EqualTo(2));
    }

    [Test]
    public void Threshold_one_opens_at_the_first_failure()
    {
        _book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, null);
        Run(CallResult.Failure);

        Assert.That(Report().State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void Events_tell_each_change_in_order_with_its_figures()
    {
        var opened = _clock.GetUtcNow();
        Open();
        _clock.Advance(Timeout);
        _book.Admit(Key).Permit!.Complete(CallResult.Failure);
        _clock.Advance(Timeout);
        _book.Admit(Key).Permit!.Complete(CallResult.Success);

        Assert.That(_events, Is.EqualTo(new[]
        {
            new CircuitEvent(Key, CircuitState.Open, opened, 3, 1, Timeout),
            new CircuitEvent(Key, CircuitState.HalfOpen, opened + Timeout, 3, 1, null),
            new CircuitEvent(Key, CircuitState.Open, opened + Timeout, 4, 2, Timeout),
            new CircuitEvent(Key, CircuitState.HalfOpen, opened + (2 * Timeout), 4, 2, null),
            new CircuitEvent(Key, CircuitState.Closed, opened + (2 * Timeout), 0, 2, null),
        }));
    }

    [Test]
    public void Observer_may_use_the_book_and_still_sees_order()
    {
        CircuitBook? book = null;
        var seen = new List<CircuitState>();
        book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, e =>
        {
            seen.Add(e.State);
            if (e.State == CircuitState.Open && seen.Count == 1)
            {
                _clock.Advance(Timeout);
                book!.Admit(Key).Permit!.Complete(CallResult.Success);
                Assert.That(seen, Has.Count.EqualTo(1), "the next events come after this one");
            }
        });

        book.Admit(Key).Permit!.Complete(CallResult.Failure);

        Assert.That(seen, Is.EqualTo(new[] { CircuitState.Open, CircuitState.HalfOpen, CircuitState.Closed }));
    }

    [Test]
    public void Observer_that_throws_harms_no_call()
    {
        _book = new CircuitBook(null, _clock, _ => throw new InvalidOperationException());

        Assert.DoesNotThrow(() => Open());
        Assert.That(Report().State, Is.EqualTo(CircuitState.Open));
        _clock.Advance(Timeout);
        Assert.That(_book.Admit(Key).IsAdmitted, Is.True);
    }

    [Test]
    public void Completion_is_recorded_before_it_returns_under_a_synchronization_context()
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new NeverRunningContext());
        try
        {
            Open();
            Assert.That(Report().State, Is.EqualTo(CircuitState.Open));
            _clock.Advance(Timeout);
            _book.Admit(Key).Permit!.Complete(CallResult.Success);
            Assert.That(Report().State, Is.EqualTo(CircuitState.Closed));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    [Test]
    public void Book_forgets_the_closed_circuits_that_were_idle_longest()
    {
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, null, maximumKeys: 16);
        for (var i = 0; i < 16; i++)
        {
            var permit = book.Admit($"k{i:00}").Permit!;
            if (i == 0)
                permit.Complete(CallResult.Failure);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        _ = book.Admit("k01"); // used again: now the youngest
        _clock.Advance(TimeSpan.FromSeconds(1));

        _ = book.Admit("new");

        var keys = book.Snapshot().Select(r => r.Key).ToArray();
        Assert.That(keys, Has.Length.EqualTo(15), "an eighth goes at a time");
        Assert.That(keys, Does.Contain("k00").And.Contain("k01").And.Contain("new"));
        Assert.That(keys, Does.Not.Contain("k02").And.Not.Contain("k03"));
    }

    [Test]
    public void Book_of_open_circuits_forgets_only_the_oldest()
    {
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, null, maximumKeys: 16);
        for (var i = 0; i < 17; i++)
        {
            book.Admit($"k{i:00}").Permit!.Complete(CallResult.Failure);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var reports = book.Snapshot();
        Assert.That(reports, Has.Count.EqualTo(16));
        Assert.That(reports[0].Key, Is.EqualTo("k01"));
        Assert.That(reports, Has.All.Property(nameof(CircuitReport.State)).EqualTo(CircuitState.Open));
    }

    [Test]
    public void Result_of_a_call_of_a_forgotten_circuit_changes_nothing()
    {
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, _events.Add, maximumKeys: 1);
        var permit = book.Admit("a").Permit!;
        _ = book.Admit("b");

        permit.Complete(CallResult.Failure);

        Assert.That(_events, Is.Empty);
        Assert.That(book.Snapshot().Single(), Is.EqualTo(new CircuitReport("b", CircuitState.Closed, 0, 0, null)));
    }

    [Test]
    public void Default_book_keeps_at_most_ten_thousand_keys()
    {
        for (var i = 0; i < 10_500; i++)
            _book.Admit($"host|{i}").Permit!.Complete(CallResult.Success);

        Assert.That(_book.Snapshot(), Has.Count.LessThanOrEqualTo(10_000));
    }

    private CircuitReport Report() => _book.Snapshot().Single(r => r.Key == Key);

    private void Run(params ReadOnlySpan<CallResult> results)
    {
        foreach (var result in results)
            _book.Admit(Key).Permit!.Complete(result);
    }

    private void Open() => Run(CallResult.Failure, CallResult.Failure, CallResult.Failure);

    private CallPermit Probe()
    {
        Open();
        _clock.Advance(Timeout);
        return _book.Admit(Key).Permit!;
    }

    /// <summary>What a busy user interface thread looks like: whatever is posted does not run.</summary>
    private sealed class NeverRunningContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
