using Polly;

namespace IronCage.Reliability.Tests.CircuitBreaker;

/// <summary>The strategy in an ordinary pipeline, callback and all.</summary>
public class CircuitBreakerStrategyTests
{
    private readonly ManualTimeProvider _clock = new();

    [TestCase(typeof(HttpRequestException), 1)]
    [TestCase(typeof(OperationCanceledException), 0)]
    [TestCase(typeof(TaskCanceledException), 0)]
    public async Task Exception_of_the_callback_travels_as_a_value_and_is_classified(Type type, int failures)
    {
        var circuit = new Circuit("k", new CircuitBreakerOptions(), _clock, null);
        var thrown = (Exception)Activator.CreateInstance(type)!;
        var context = ResilienceContextPool.Shared.Get();

        var outcome = await circuit.Pipeline.ExecuteOutcomeAsync<CircuitOutcome, Exception>((_, e) => throw e, context, thrown);

        Assert.That(outcome.Exception, Is.SameAs(thrown));
        Assert.That(circuit.Report().ConsecutiveFailures, Is.EqualTo(failures));
        ResilienceContextPool.Shared.Return(context);
    }

    [Test]
    public async Task Refusal_does_not_run_the_callback()
    {
        var circuit = new Circuit("k", new CircuitBreakerOptions { FailureThreshold = 1 }, _clock, null);
        await circuit.Pipeline.ExecuteAsync(_ => ValueTask.FromResult(CircuitOutcome.Ended(CallResult.Failure)));
        var ran = false;

        var outcome = await circuit.Pipeline.ExecuteAsync(_ =>
        {
            ran = true;
            return ValueTask.FromResult(CircuitOutcome.Ended(CallResult.Success));
        });

        Assert.That(ran, Is.False);
        Assert.That(outcome, Is.EqualTo(CircuitOutcome.Refused(TimeSpan.FromSeconds(60))));
    }
}
