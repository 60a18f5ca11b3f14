using CsCheck;
using IronCage.Core.Events;

namespace IronCage.Telemetry.Tests.Events;

public class EventRingTests
{
    [Test]
    public void New_ring_is_empty()
    {
        var ring = new EventRing();
        var into = new List<SequencedEvent>();

        Assert.That(ring.Capacity, Is.EqualTo(8192));
        Assert.That(ring.HasEvents, Is.False);
        Assert.That(ring.Drain(into, 0), Is.Zero);
        Assert.That(into, Is.Empty);
    }

    [Test]
    public void Drain_takes_the_oldest_first_and_appends()
    {
        var ring = new EventRing(64);
        var into = new List<SequencedEvent>();
        Emit(ring, 0, 5);

        Assert.That(ring.HasEvents, Is.True);
        Assert.That(ring.Drain(into, 2), Is.EqualTo(2));
        Assert.That(ring.Count, Is.EqualTo(3));
        Assert.That(ring.Drain(into, 0), Is.EqualTo(3));
        Assert.That(ring.HasEvents, Is.False);
        Assert.That(into.Select(e => e.Sequence), Is.EqualTo(new long[] { 1, 2, 3, 4, 5 }));
        Assert.That(into.Select(e => e.Event.Message), Is.EqualTo(new[] { "0", "1", "2", "3", "4" }));
    }

    [Test]
    public void Full_ring_drops_the_oldest_and_counts_them()
    {
        var ring = new EventRing(64);
        var into = new List<SequencedEvent>();
        Emit(ring, 0, 100);

        Assert.That(ring.Count, Is.EqualTo(64));
        Assert.That(ring.Dropped, Is.EqualTo(36));
        Assert.That(ring.Drain(into, -1, out var dropped), Is.EqualTo(64));
        Assert.That(dropped, Is.EqualTo(36));
        Assert.That(into[0].Sequence, Is.EqualTo(37));
        Assert.That(into[0].Event.Message, Is.EqualTo("36"));
        Assert.That(into[^1].Sequence, Is.EqualTo(100));
        Emit(ring, 100, 1);
        Assert.That(ring.Drain(into, 0), Is.EqualTo(1));
        Assert.That(into[^1].Sequence, Is.EqualTo(101));
    }

    [Test]
    public void Null_event_is_ignored()
    {
        var ring = new EventRing(64);

        Assert.DoesNotThrow(() => ring.Emit(null!));
        Assert.That(ring.Count, Is.Zero);
    }

    [Test]
    public void Drained_event_is_no_longer_held()
    {
        var ring = new EventRing(64);
        var weak = EmitAndDrain(ring);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.That(weak.IsAlive, Is.False);
        GC.KeepAlive(ring);
    }

    [Test]
    public void Emit_allocates_nothing()
    {
        var ring = new EventRing(64);
        var e = Event(1);
        ring.Emit(e);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            ring.Emit(e);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Ring_behaves_as_a_bounded_queue() =>
        Gen.Int[-80, 80].Array[0, 60].Sample(steps =>
        {
            var ring = new EventRing(64);
            var model = new Queue<SequencedEvent>();
            var (sequence, dropped) = (0L, 0L);
            foreach (var step in steps)
            {
                if (step > 0)
                {
                    for (var i = 0; i < step; i++)
                    {
                        var e = Event((int)sequence);
                        ring.Emit(e);
                        model.Enqueue(new SequencedEvent(++sequence, e));
                        if (model.Count > 64)
                        {
                            model.Dequeue();
                            dropped++;
                        }
                    }
                }
                else
                {
                    var into = new List<SequencedEvent>();
                    var n = ring.Drain(into, -step);
                    var expected = new List<SequencedEvent>();
                    while (model.Count > 0 && (step == 0 || expected.Count < -step))
                        expected.Add(model.Dequeue());
                    Assert.That(into, Is.EqualTo(expected));
                    Assert.That(n, Is.EqualTo(expected.Count));
                }
                Assert.That((ring.Count, ring.HasEvents, ring.Dropped), Is.EqualTo((model.Count, model.Count > 0, dropped)));
            }
        }, iter: 3_000);

    [Test]
    public void Many_producers_and_drains_lose_nothing_but_what_is_counted()
    {
        const int Producers = 16, Each = 20_000;
        var ring = new EventRing(256);
        var drained = new List<SequencedEvent>();
        var gate = new Lock();
        using var done = new ManualResetEventSlim();
        var drains = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!done.IsSet)
            {
                lock (gate)
                    ring.Drain(drained, 100);
            }
        })).ToArray();
        var producers = Enumerable.Range(0, Producers).Select(p => new Thread(() =>
        {
            for (var i = 0; i < Each; i++)
                ring.Emit(new RuntimeEvent(i.ToString(System.Globalization.CultureInfo.InvariantCulture), EventLevel.Info, default, (ulong)p, "", null));
        })).ToArray();

        foreach (var thread in drains.Concat(producers))
            thread.Start();
        foreach (var thread in producers)
            thread.Join();
        done.Set();
        foreach (var thread in drains)
            thread.Join();
        ring.Drain(drained, 0);

        Assert.That(drained.Count + ring.Dropped, Is.EqualTo(Producers * Each));
        Assert.That(drained.Zip(drained.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence), "sequence numbers rise");
        Assert.That(drained[^1].Sequence, Is.EqualTo(Producers * Each));
        foreach (var producer in drained.GroupBy(e => e.Event.Protection))
        {
            var own = producer.Select(e => int.Parse(e.Event.Kind, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.That(own, Is.Ordered.Ascending.And.Unique, "each producer's events keep their order");
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference EmitAndDrain(EventRing ring)
    {
        var e = Event(1);
        ring.Emit(e);
        ring.Drain([], 0);
        return new WeakReference(e);
    }

    private static void Emit(EventRing ring, int from, int count)
    {
        for (var i = 0; i < count; i++)
            ring.Emit(Event(from + i));
    }

    private static RuntimeEvent Event(int number) =>
        new("test", EventLevel.Info, default, 0, number.ToString(System.Globalization.CultureInfo.InvariantCulture), null);
}
