namespace IronCage.Reliability.Tests.CircuitBreaker;

public class CircuitBookRefusesTests
{
    [Test]
    public void Refuses_tells_what_a_call_would_meet_and_changes_nothing()
    {
        var clock = new ManualTimeProvider();
        var book = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 1 }, clock, null);
        Assert.That((book.Refuses("key"), book.Snapshot().Count), Is.EqualTo((false, 0)));
        book.Admit("key").Permit!.Complete(CallResult.Failure);
        Assert.That(book.Refuses("key"), Is.True);
        clock.Advance(CircuitBreakerConstants.DefaultRecoveryTimeout);
        Assert.That((book.Refuses("key"), book.Snapshot().Single().State), Is.EqualTo((false, CircuitState.Open)));
        var probe = book.Admit("key").Permit!;
        Assert.That(book.Refuses("key"), Is.True); // while it is under way
        probe.Complete(CallResult.Success);
        Assert.That(book.Refuses("key"), Is.False);
    }
}
