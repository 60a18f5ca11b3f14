using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Core.Ledger;
using IronCage.Runtime;

namespace IronCage.Abi.Tests.Boundary;

public unsafe class GuardTests
{
    private const string Secret = "sk-secret ada@example.com";

    private static string Error => Marshal.PtrToStringUTF8((nint)LastError.Get())!;

    private static readonly object[][] Failures =
    [
        [new AbiException(Status.Handle, "stale"), Status.Handle, "stale"],
        [new AbiException(Status.Sequence, "too early"), Status.Sequence, "too early"],
        [new ConfigException("warn_at", "must be ö"), Status.Config, "warn_at: must be ö"],
        [new StoreException("the disk is full"), Status.State, "the disk is full"],
        [new InvalidOperationException(Secret), Status.Internal, "internal fault: InvalidOperationException"],
        [new ArgumentException(Secret, new IOException(Secret)), Status.Internal, "internal fault: ArgumentException"],
        [new AggregateException(Secret, new StoreException(Secret)), Status.Internal, "internal fault: AggregateException"],
        [new OutOfMemoryException(Secret), Status.Internal, "internal fault: OutOfMemoryException"],
        [new OperationCanceledException(Secret), Status.Internal, "internal fault: OperationCanceledException"],
    ];

    [TestCaseSource(nameof(Failures))]
    public void An_exception_becomes_a_status_and_a_message_without_foreign_text(Exception exception, int status, string message)
    {
        Assert.That(Guard.Run(() => throw exception), Is.EqualTo(status));
        Assert.That(Error, Is.EqualTo(message));
    }

    [Test]
    public void A_call_that_succeeds_clears_the_message()
    {
        Guard.Run(() => throw new StoreException("x"));
        Assert.That((Guard.Run(() => { }), Error), Is.EqualTo((Status.Ok, "")));
    }

    [Test]
    public void The_message_is_gone_while_the_next_call_runs()
    {
        Guard.Run(() => throw new StoreException("x"));
        var during = "";
        Guard.Run(() => during = Error);
        Assert.That(during, Is.Empty);
    }

    [Test]
    public void A_value_has_a_substitute_and_leaves_the_message()
    {
        Guard.Run(() => throw new StoreException("x"));
        Assert.That((Guard.Value(() => 1, 7), Guard.Value<int>(() => throw new IOException(Secret), 7), Error), Is.EqualTo((1, 7, "x")));
    }

    [Test]
    public void Every_thread_has_its_own_message()
    {
        using var barrier = new Barrier(16);
        var wrong = 0;
        var threads = Enumerable.Range(0, 16).Select(i => new Thread(() =>
        {
            if (Error.Length != 0)
                Interlocked.Increment(ref wrong);
            for (var round = 0; round < 50; round++)
            {
                var message = new string((char)('a' + i), 1 + round * 7) + "ü";
                barrier.SignalAndWait();
                Guard.Run(() => throw new StoreException(message));
                barrier.SignalAndWait();
                if (Error != message)
                    Interlocked.Increment(ref wrong);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void A_shorter_message_ends_where_it_ends()
    {
        Guard.Run(() => throw new StoreException(new string('x', 1000)));
        Guard.Run(() => throw new StoreException("y"));
        Assert.That(Error, Is.EqualTo("y"));
    }
}
