using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Tests.Protections;

/// <summary>Kill switches in shared memory.</summary>
public class StopSwitchTests
{
    [Test]
    public void It_is_thrown_once_and_lifted_once_and_each_reason_is_its_own()
    {
        var one = new StopSwitch();
        var other = StopSwitch.Inherit(one.Address);
        Assert.That((one.Reason, one.Lift(null)), Is.EqualTo(((string?)null, false)));
        Assert.That((one.Throw("first", StopSource.Hand), other.Throw("second", StopSource.Hand)), Is.EqualTo((true, false)));
        Assert.That((one.Reason, other.Reason), Is.EqualTo(("first", "first")));
        Assert.That((other.Lift(null), one.Reason, one.Throw("third", StopSource.Hand), other.Reason), Is.EqualTo((true, (string?)null, true, "third")));
        GC.KeepAlive(one);
    }

    [Test]
    public void What_a_file_has_thrown_the_store_does_not_lift()
    {
        var thrown = new StopSwitch();
        thrown.Throw("file", StopSource.File);
        Assert.That((thrown.Lift(StopSource.Hand), thrown.Reason, thrown.Lift(null)), Is.EqualTo((false, "file", true)));
    }

    [Test]
    public void A_long_reason_is_cut_between_characters()
    {
        var thrown = new StopSwitch();
        thrown.Throw(new string('ü', 5000), StopSource.Hand);
        Assert.That(thrown.Reason, Is.EqualTo(new string('ü', 2044)));
    }

    [Test]
    public void Whoever_reads_while_it_is_thrown_and_lifted_sees_a_whole_reason_or_none()
    {
        var shared = new StopSwitch();
        string[] reasons = [new('a', 100), new('b', 1000)];
        using var ends = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                shared.Throw(reasons[i % 2], StopSource.Hand);
                shared.Lift(null);
            }
            ends.Cancel();
        });
        HashSet<string> seen = [];
        while (!ends.IsCancellationRequested)
        {
            if (shared.Reason is { } reason)
                seen.Add(reason);
        }
        writing.GetAwaiter().GetResult();
        Assert.That(seen.Except([.. reasons, "stopped"]), Is.Empty);
    }
}
