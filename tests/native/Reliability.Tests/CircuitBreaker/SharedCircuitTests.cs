namespace IronCage.Reliability.Tests.CircuitBreaker;

/// <summary>Two users of a store, each with circuits of its own.</summary>
public class SharedCircuitTests
{
    private const string Key = "api.example.com|gpt-4o";
    private static readonly CircuitBreakerOptions Options = new() { FailureThreshold = 2, RecoveryTimeout = TimeSpan.FromSeconds(60) };
    private ManualTimeProvider _clock = null!;
    private SharedBoard _board = null!;
    private CircuitBook _here = null!;
    private CircuitBook _there = null!;
    private List<CircuitEvent> _told = null!;

    [SetUp]
    public void Make()
    {
        _clock = new ManualTimeProvider();
        _board = new SharedBoard(_clock);
        _told = [];
        _here = new CircuitBook(Options, _clock, null, _board);
        _there = new CircuitBook(Options, _clock, _told.Add, _board);
    }

    private static void Fail(CircuitBook book, int times = 2)
    {
        for (var i = 0; i < times; i++)
            book.Admit(Key).Permit!.Complete(CallResult.Failure);
    }

    private static async Task<bool> Probes(CircuitBook book)
    {
        var admission = book.Admit(Key);
        return admission.IsAdmitted && admission.Permit.IsProbe && await admission.Permit.ClaimAsync();
    }

    private static CircuitReport Report(CircuitBook book) => book.Snapshot().Single();

    [Test]
    public void What_opens_in_one_is_open_in_the_other()
    {
        Fail(_here);
        var refused = _there.Admit(Key);
        Assert.That((refused.IsAdmitted, refused.RetryAfter), Is.EqualTo((false, TimeSpan.FromSeconds(60))));
        Assert.That((Report(_there).State, Report(_there).IsFromElsewhere, Report(_here).IsFromElsewhere), Is.EqualTo((CircuitState.Open, true, false)));
        Assert.That(_told.Select(e => (e.State, e.IsFromElsewhere)), Is.EqualTo(new[] { (CircuitState.Open, true) }));
        Assert.That(_board.Known.Single().Change, Is.EqualTo(1), "what was heard is not told again");
    }

    [Test]
    public void A_failure_counts_in_one_place_only()
    {
        Fail(_here, 1);
        Fail(_there, 1);
        Assert.That((_here.Admit(Key).IsAdmitted, _there.Admit(Key).IsAdmitted), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task One_of_them_probes_and_its_result_is_that_of_both([Values] bool succeeds)
    {
        Fail(_here);
        _clock.Advance(TimeSpan.FromSeconds(60));
        var probe = _here.Admit(Key).Permit!;
        Assert.That((probe.IsProbe, await probe.ClaimAsync(), await Probes(_there)), Is.EqualTo((true, true, false)));
        Assert.That(_board.Probes, Is.EqualTo(2));
        Assert.That((_there.Admit(Key).IsAdmitted, _there.Admit(Key).RetryAfter, _board.Probes), Is.EqualTo((false, TimeSpan.FromSeconds(1), 2)), "for a second the store is not asked again");
        probe.Complete(succeeds ? CallResult.Success : CallResult.Failure);
        Assert.That(_there.Admit(Key).IsAdmitted, Is.EqualTo(succeeds));
        Assert.That((Report(_there).State, Report(_there).IsFromElsewhere), Is.EqualTo((succeeds ? CircuitState.Closed : CircuitState.Open, true)));
    }

    [Test]
    public async Task A_probe_without_a_result_goes_to_the_next()
    {
        Fail(_here);
        _clock.Advance(TimeSpan.FromSeconds(60));
        var probe = _here.Admit(Key).Permit!;
        await probe.ClaimAsync();
        probe.Complete(CallResult.Ignored);
        Assert.That(await Probes(_there), Is.True);
    }

    [Test]
    public async Task A_probe_whose_process_died_is_another_s_after_a_time()
    {
        Fail(_here);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await Probes(_here);
        _clock.Advance(CircuitBreakerConstants.ProbeLease - TimeSpan.FromTicks(1));
        Assert.That(await Probes(_there), Is.False);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await Probes(_there), Is.True);
    }

    [Test]
    public async Task While_the_store_is_away_the_own_circuit_goes_on()
    {
        _board.IsAway = true;
        Fail(_here);
        Assert.That((_here.Admit(Key).IsAdmitted, _there.Admit(Key).IsAdmitted), Is.EqualTo((false, true)));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(await Probes(_here), Is.True);
    }

    [Test]
    public void What_opened_while_a_call_waited_is_seen_before_it_leaves()
    {
        var waiting = _there.Admit(Key);
        Assert.That((waiting.IsAdmitted, _there.IsOpen(Key)), Is.EqualTo((true, false)));
        Fail(_here);
        Assert.That((_there.IsOpen(Key), _there.IsOpen(Key), _there.Admit(Key).IsAdmitted), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void What_opened_long_ago_lets_a_probe_through()
    {
        Fail(_here);
        _clock.Advance(TimeSpan.FromDays(2));
        var late = new CircuitBook(Options, _clock, null, _board);
        var admission = late.Admit(Key);
        Assert.That((admission.IsAdmitted, admission.Permit!.IsProbe), Is.EqualTo((true, true)));
    }

    [Test]
    public void A_call_from_before_the_news_changes_nothing()
    {
        var straggler = _there.Admit(Key).Permit!;
        Fail(_here);
        Assert.That(_there.Admit(Key).IsAdmitted, Is.False);
        straggler.Complete(CallResult.Success);
        Assert.That(Report(_there).State, Is.EqualTo(CircuitState.Open));
    }
}
