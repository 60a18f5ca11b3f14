namespace IronCage.Reliability.Tests.CircuitBreaker;

public class CircuitBookParallelTests
{
    private const int Threads = 64;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Test]
    public void Sixty_four_threads_at_a_half_open_circuit_get_exactly_one_probe()
    {
        var clock = new ManualTimeProvider();
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, clock, null);
        book.Admit("k").Permit!.Complete(CallResult.Failure);

        for (var round = 0; round < 50; round++)
        {
            clock.Advance(Timeout);
            CallPermit? probe = null;
            var admitted = 0;
            InParallel(_ =>
            {
                var admission = book.Admit("k");
                if (admission.IsAdmitted)
                {
                    Interlocked.Increment(ref admitted);
                    probe = admission.Permit;
                }
                else if (admission.RetryAfter <= TimeSpan.Zero)
                    Interlocked.Add(ref admitted, 1000);
            });
            Assert.That(admitted, Is.EqualTo(1), $"round {round}");
            probe!.Complete(round % 2 == 0 ? CallResult.Failure : CallResult.Ignored);
        }
    }

    [Test]
    public void Sixty_four_failures_in_flight_open_it_once()
    {
        var events = new List<CircuitEvent>();
        var book = new CircuitBook(null, new ManualTimeProvider(), events.Add);
        var permits = Enumerable.Range(0, Threads).Select(_ => book.Admit("k").Permit!).ToArray();

        InParallel(i => permits[i].Complete(CallResult.Failure));

        Assert.That(book.Snapshot().Single(), Is.EqualTo(new CircuitReport("k", CircuitState.Open, 3, 1, Timeout)));
        Assert.That(events, Has.Count.EqualTo(1));
    }

    [Test]
    public void One_permit_completed_by_many_threads_counts_once()
    {
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1000 }, new ManualTimeProvider(), null);
        var permit = book.Admit("k").Permit!;
        var first = 0;

        InParallel(_ =>
        {
            if (permit.Complete(CallResult.Failure))
                Interlocked.Increment(ref first);
        });

        Assert.That(first, Is.EqualTo(1));
        Assert.That(book.Snapshot().Single().ConsecutiveFailures, Is.EqualTo(1));
    }

    [Test]
    public void Events_of_a_storm_are_a_legal_history()
    {
        var clock = new ManualTimeProvider();
        var events = new List<CircuitEvent>(); // no lock: the book promises one event at a time
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 2, RecoveryTimeout = TimeSpan.FromMilliseconds(1) }, clock, events.Add);

        InParallel(thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 500; i++)
            {
                if (book.Admit("k").Permit is { } permit)
                    permit.Complete((CallResult)random.Next(3));
                else
                    clock.Advance(TimeSpan.FromTicks(5_000));
            }
        });

        var state = CircuitState.Closed;
        var opened = 0L;
        foreach (var e in events)
        {
            var legal = (state, e.State) is (CircuitState.Closed, CircuitState.Open) or (CircuitState.Open, CircuitState.HalfOpen)
                or (CircuitState.HalfOpen, CircuitState.Open) or (CircuitState.HalfOpen, CircuitState.Closed);
            Assert.That(legal, Is.True, $"{state} to {e.State}");
            state = e.State;
            if (state == CircuitState.Open)
                opened++;
            Assert.That(e.TimesOpened, Is.EqualTo(opened));
        }
        var report = book.Snapshot().Single();
        Assert.That(report.State, Is.EqualTo(state));
        Assert.That(report.TimesOpened, Is.EqualTo(opened));
        Assert.That(opened, Is.GreaterThan(10), "the storm was one");
    }

    [Test]
    public void Keys_coming_and_going_under_load_stay_within_the_bound()
    {
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, TimeProvider.System, _ => { }, maximumKeys: 32);

        InParallel(thread =>
        {
            for (var i = 0; i < 300; i++)
                book.Admit($"k{(thread * 7 + i) % 100}").Permit?.Complete(i % 5 == 0 ? CallResult.Failure : CallResult.Success);
        });

        Assert.That(book.Snapshot(), Has.Count.InRange(1, 32));
    }

    private static void InParallel(Action<int> body)
    {
        using var barrier = new Barrier(Threads);
        Exception? failure = null;
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                failure = e;
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.That(failure, Is.Null);
    }
}
