using CsCheck;

namespace IronCage.Reliability.Tests.CircuitBreaker;

/// <summary>Circuits that open on a share of recent failures.</summary>
public class FailureRatioTests
{
    private const string Key = "api.openai.com|gpt-4o";
    private ManualTimeProvider _clock = null!;
    private CircuitBook _book = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualTimeProvider();
        _book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1000, FailureRatio = 0.5, FailureWindow = TimeSpan.FromSeconds(10), MinimumCalls = 4 }, _clock, null);
    }

    private void Ends(string letters)
    {
        foreach (var letter in letters)
        {
            var admission = _book.Admit(Key);
            Assert.That(admission.IsAdmitted, Is.True);
            admission.Permit!.Complete(letter switch { 'f' => CallResult.Failure, 's' => CallResult.Success, _ => CallResult.Ignored });
        }
    }

    private CircuitState State => _book.Snapshot().Single().State;

    [TestCase("fff", false, TestName = "too few to tell")]
    [TestCase("sfsf", true, TestName = "half of four, none after another")]
    [TestCase("sssf", false)]
    [TestCase("ssssff", false)]
    [TestCase("ssssffff", true)]
    [TestCase("fsiiif", false, TestName = "what says nothing is not counted")]
    [TestCase("fsiiifs", false, TestName = "only a failure opens it")]
    public void It_opens_when_that_share_of_enough_calls_has_failed(string letters, bool opens)
    {
        Ends(letters);
        Assert.That(State, Is.EqualTo(opens ? CircuitState.Open : CircuitState.Closed));
    }

    [Test]
    public void What_is_long_ago_does_not_count()
    {
        Ends("fff");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Ends("fff");
        Assert.That(State, Is.EqualTo(CircuitState.Closed));
        Ends("f");
        Assert.That(State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void After_a_probe_that_succeeds_it_starts_anew()
    {
        Ends("ffff");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Ends("s");
        Assert.That(State, Is.EqualTo(CircuitState.Closed));
        Ends("fff");
        Assert.That(State, Is.EqualTo(CircuitState.Closed), "three since then");
        Ends("f");
        Assert.That(State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void Failures_in_a_row_open_it_all_the_same()
    {
        _book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 2, FailureRatio = 1, MinimumCalls = 100 }, _clock, null);
        Ends("ff");
        Assert.That(State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void The_window_counts_what_a_list_of_all_calls_counts() =>
        Gen.Select(Gen.Long[-1_000, 1_000], Gen.Int[1, 500], Gen.Select(Gen.Int[0, 120], Gen.Bool).Array[0, 60]).Sample((start, length, calls) =>
        {
            var window = new FailureWindow(length);
            var slice = Math.Max(1, length / 10);
            var all = new List<(long Slice, bool Failed)>();
            var now = start;
            foreach (var (step, failed) in calls)
            {
                now += step;
                window.Add(now, failed);
                all.Add(((long)Math.Floor((double)now / slice), failed));
                var lately = all.FindAll(call => call.Slice > all[^1].Slice - 10);
                if (window.Ended != lately.Count || window.Failed != lately.Count(call => call.Failed))
                    return false;
            }
            return true;
        });

    [TestCase(0)]
    [TestCase(-0.5)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void A_ratio_out_of_range_is_named(double ratio) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(new CircuitBreakerOptions { FailureRatio = ratio }.Validate)!.Message, Does.Contain("FailureRatio must be above 0 and at most 1"));

    [TestCase(0.9)]
    [TestCase(86_401)]
    public void A_window_out_of_range_is_named(double seconds) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(new CircuitBreakerOptions { FailureWindow = TimeSpan.FromSeconds(seconds) }.Validate)!.Message,
            Does.Contain("FailureWindow must be 1 to 86400 seconds"));

    [TestCase(0)]
    [TestCase(1_000_001)]
    public void A_number_of_calls_out_of_range_is_named(int calls) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(new CircuitBreakerOptions { MinimumCalls = calls }.Validate)!.Message, Does.Contain("MinimumCalls must be 1 to 1000000"));
}
