using CsCheck;

namespace IronCage.Reliability.Tests.CircuitBreaker;

public class CircuitBookModelTests
{
    [Test]
    public void Book_behaves_as_its_model_through_any_history() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3000], Step.Gen.Array[0, 120]).Sample(
            (threshold, timeoutMs, steps) => Replay(threshold, timeoutMs, steps), iter: 8_000);

    private static void Replay(int threshold, int timeoutMs, Step[] steps)
    {
        var clock = new ManualTimeProvider();
        var events = new List<CircuitState>();
        var book = new CircuitBook(
            new CircuitBreakerOptions { FailureThreshold = threshold, RecoveryTimeout = TimeSpan.FromMilliseconds(timeoutMs) }, clock, e => events.Add(e.State));
        var model = new CircuitModel(threshold, timeoutMs);
        var open = new List<(int Id, CallPermit Permit)>();
        var ended = new List<CallPermit>();
        var id = 0;

        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Admit:
                    var admission = book.Admit("k");
                    var expected = model.Admit(++id);
                    Assert.That(admission.IsAdmitted, Is.EqualTo(expected));
                    if (admission.Permit is { } permit)
                        open.Add((id, permit));
                    else
                        Assert.That(admission.RetryAfter.TotalMilliseconds, Is.EqualTo(model.RetryAfterMs));
                    break;

                case StepKind.Complete when open.Count > 0:
                    var (call, which) = open[step.Number % open.Count];
                    open.RemoveAt(step.Number % open.Count);
                    Assert.That(which.Complete(step.Result), Is.True);
                    model.Complete(call, step.Result);
                    ended.Add(which);
                    break;

                case StepKind.CompleteAgain when ended.Count > 0:
                    Assert.That(ended[step.Number % ended.Count].Complete(step.Result), Is.False);
                    break;

                case StepKind.Advance:
                    var ms = step.Number % 5 == 0 ? timeoutMs : step.Number % 1500;
                    clock.Advance(TimeSpan.FromMilliseconds(ms));
                    model.Now += ms;
                    break;
            }

            if (id == 0)
                continue;
            var report = book.Snapshot().Single();
            Assert.That(
                (report.State, report.ConsecutiveFailures, report.TimesOpened, report.RetryAfter?.TotalMilliseconds),
                Is.EqualTo((model.State, model.Failures, model.Opened, (double?)model.RetryAfterMs)));
        }
        Assert.That(events, Is.EqualTo(model.Events));
    }

    private enum StepKind
    {
        Admit,
        Complete,
        CompleteAgain,
        Advance,
    }

    private sealed record Step(StepKind Kind, int Number, CallResult Result)
    {
        public static readonly Gen<Step> Gen = CsCheck.Gen.Select(
            CsCheck.Gen.OneOf(
                StepKind.Admit, StepKind.Admit, StepKind.Admit, StepKind.Complete, StepKind.Complete, StepKind.Complete, StepKind.CompleteAgain, StepKind.Advance),
            CsCheck.Gen.Int[0, 10_000],
            CsCheck.Gen.OneOf(CallResult.Success, CallResult.Failure, CallResult.Failure, CallResult.Failure, CallResult.Ignored),
            (kind, number, result) => new Step(kind, number, result));
    }
}
