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
}
