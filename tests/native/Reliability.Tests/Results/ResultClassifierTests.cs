namespace IronCage.Reliability.Tests.Results;

public class ResultClassifierTests
{
    [TestCase(200, CallResult.Success)]
    [TestCase(201, CallResult.Success)]
    [TestCase(299, CallResult.Success)]
    [TestCase(304, CallResult.Success)]
    [TestCase(399, CallResult.Success)]
    [TestCase(400, CallResult.Ignored)]
    [TestCase(401, CallResult.Ignored)]
    [TestCase(404, CallResult.Ignored)]
    [TestCase(407, CallResult.Ignored)]
    [TestCase(408, CallResult.Failure)]
    [TestCase(409, CallResult.Ignored)]
    [TestCase(413, CallResult.Ignored)]
    [TestCase(429, CallResult.Ignored)]
    [TestCase(499, CallResult.Ignored)]
    [TestCase(500, CallResult.Failure)]
    [TestCase(503, CallResult.Failure)]
    [TestCase(504, CallResult.Failure)]
    [TestCase(529, CallResult.Failure)]
    [TestCase(599, CallResult.Failure)]
    [TestCase(600, CallResult.Ignored)]
    [TestCase(100, CallResult.Ignored)]
    [TestCase(199, CallResult.Ignored)]
    [TestCase(0, CallResult.Ignored)]
    [TestCase(-1, CallResult.Ignored)]
    [TestCase(int.MinValue, CallResult.Ignored)]
    [TestCase(int.MaxValue, CallResult.Ignored)]
    public void FromStatus_follows_the_table(int status, CallResult expected) =>
        Assert.That(ResultClassifier.FromStatus(status), Is.EqualTo(expected));

    [TestCase(TransportOutcome.Complete, CallResult.Success)]
    [TestCase(TransportOutcome.ConnectionFailed, CallResult.Failure)]
    [TestCase(TransportOutcome.TimedOut, CallResult.Failure)]
    [TestCase(TransportOutcome.Reset, CallResult.Failure)]
    [TestCase(TransportOutcome.BodyCut, CallResult.Failure)]
    [TestCase(TransportOutcome.Cancelled, CallResult.Ignored)]
    [TestCase(TransportOutcome.Withdrawn, CallResult.Ignored)]
    [TestCase((TransportOutcome)99, CallResult.Ignored)]
    public void FromTransport_follows_the_table(TransportOutcome outcome, CallResult expected) =>
        Assert.That(ResultClassifier.FromTransport(outcome), Is.EqualTo(expected));

    [TestCase(200, TransportOutcome.Complete, CallResult.Success)]
    [TestCase(200, TransportOutcome.BodyCut, CallResult.Failure)]
    [TestCase(200, TransportOutcome.TimedOut, CallResult.Failure)]
    [TestCase(200, TransportOutcome.Cancelled, CallResult.Ignored)]
    [TestCase(500, TransportOutcome.Complete, CallResult.Failure)]
    [TestCase(500, TransportOutcome.Cancelled, CallResult.Failure)]
    [TestCase(429, TransportOutcome.Complete, CallResult.Ignored)]
    [TestCase(429, TransportOutcome.BodyCut, CallResult.Failure)]
    [TestCase(400, TransportOutcome.Cancelled, CallResult.Ignored)]
    [TestCase(null, TransportOutcome.ConnectionFailed, CallResult.Failure)]
    [TestCase(null, TransportOutcome.Cancelled, CallResult.Ignored)]
    [TestCase(null, TransportOutcome.Withdrawn, CallResult.Ignored)]
    public void From_lets_the_worse_evidence_win(int? status, TransportOutcome outcome, CallResult expected) =>
        Assert.That(ResultClassifier.From(status, outcome), Is.EqualTo(expected));

    [Test]
    public void From_is_a_failure_exactly_when_either_side_is()
    {
        foreach (var outcome in Enum.GetValues<TransportOutcome>())
        {
            for (var status = 0; status < 700; status++)
            {
                var failure = ResultClassifier.FromStatus(status) == CallResult.Failure || ResultClassifier.FromTransport(outcome) == CallResult.Failure;
                Assert.That(ResultClassifier.From(status, outcome) == CallResult.Failure, Is.EqualTo(failure), $"{status} {outcome}");
            }
        }
    }
}
