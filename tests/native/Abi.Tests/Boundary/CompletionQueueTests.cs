using System.Collections.Concurrent;
using CsCheck;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;

namespace IronCage.Abi.Tests.Boundary;

public class CompletionQueueTests
{
    private static ulong[] Take(CompletionQueue queue, int capacity)
    {
        var into = new ulong[capacity];
        return into[..queue.Take(into)];
    }

    [Test]
    public void Handles_are_taken_once_in_the_order_of_their_arrival()
    {
        using var queue = new CompletionQueue();
        foreach (var call in new ulong[] { 3, 1, 2, 1, 3 })
            queue.Add(call);
        Assert.That(Take(queue, 2), Is.EqualTo(new ulong[] { 3, 1 }));
        Assert.That(Take(queue, 9), Is.EqualTo(new ulong[] { 2 }));
        Assert.That(Take(queue, 9), Is.Empty);
    }

    [Test]
    public void A_forgotten_handle_is_not_reported()
    {
        using var queue = new CompletionQueue();
        queue.Add(1);
        queue.Add(2);
        queue.Forget(1);
        queue.Forget(7);
        Assert.That(Take(queue, 9), Is.EqualTo(new ulong[] { 2 }));
    }

    [Test]
    public void The_descriptor_tells_what_came_before_it_was_asked_for()
    {
        using var queue = new CompletionQueue();
        queue.Add(1);
        var descriptor = queue.Descriptor;
        Assert.That((Poll.IsReadable(descriptor), queue.Descriptor), Is.EqualTo((true, descriptor)));
    }

    [Test]
    public void The_descriptor_is_readable_exactly_while_there_are_some() =>
        Gen.Select(Gen.OneOf("add", "take", "forget"), Gen.ULong[1, 5]).List[0, 40].Sample(steps =>
        {
            using var queue = new CompletionQueue();
            var model = new List<ulong>();
            foreach (var (step, call) in steps)
            {
                switch (step)
                {
                    case "add":
                        queue.Add(call);
                        if (!model.Contains(call))
                            model.Add(call);
                        break;
                    case "forget":
                        queue.Forget(call);
                        model.Remove(call);
                        break;
                    default:
                        var taken = Take(queue, (int)call);
                        if (!taken.SequenceEqual(model.Take((int)call)))
                            return false;
                        model.RemoveRange(0, taken.Length);
                        break;
                }
                if (Poll.IsReadable(queue.Descriptor) != model.Count > 0)
                    return false;
            }
            return true;
        }, iter: 500);

    [Test]
    public void Parallel_producers_lose_nothing_and_report_nothing_twice()
    {
        using var queue = new CompletionQueue();
        _ = queue.Descriptor;
        const int Producers = 8, Each = 2000;
        var taken = new ConcurrentDictionary<ulong, int>();
        var left = Producers;
        var consumers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (true)
            {
                var over = Volatile.Read(ref left) == 0;
                var some = Take(queue, 16);
                foreach (var call in some)
                    taken.AddOrUpdate(call, 1, (_, n) => n + 1);
                if (over && some.Length == 0)
                    return;
            }
        })).ToList();
        var producers = Enumerable.Range(0, Producers).Select(p => new Thread(() =>
        {
            for (var i = 0; i < Each; i++)
                queue.Add((ulong)(p * Each + i + 1));
            Interlocked.Decrement(ref left);
        })).ToList();
        foreach (var thread in consumers.Concat(producers))
            thread.Start();
        foreach (var thread in consumers.Concat(producers))
            thread.Join();
        Assert.That((taken.Count, taken.Values.All(n => n == 1), Poll.IsReadable(queue.Descriptor)), Is.EqualTo((Producers * Each, true, false)));
    }

    [Test]
    public void After_the_end_nothing_is_written_to_a_descriptor_that_may_be_anybodys()
    {
        var queue = new CompletionQueue();
        _ = queue.Descriptor;
        queue.Dispose();
        queue.Dispose();
        Assert.DoesNotThrow(() => queue.Add(1));
    }
}
