using CsCheck;

namespace IronCage.Reliability.Tests.Limits;

/// <summary>Any calls, at any time: what the limits promise holds of what really went.</summary>
public class LimitBookModelTests
{
    private sealed record Went(int Call, TimeSpan At, long Tokens, TimeSpan? Left);

    private static readonly Gen<(int What, int Size, int Which)[]> Calls = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 60], Gen.Int[0, 1000]).Array[1, 120];

    [Test]
    public void No_window_has_more_than_the_limits_nobody_overtakes_and_nobody_starves()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Int[60, 200], Gen.Int[1, 4], Calls).Sample((requests, tokens, concurrent, steps) =>
        {
            var clock = new IronCage.Tests.ManualTimeProvider();
            var began = clock.GetUtcNow();
            var book = new LimitBook(new LimitOptions { RequestsPerMinute = requests, TokensPerMinute = tokens, MaxConcurrent = concurrent, MaxWait = LimitConstants.LongestWait }, clock);
            var waiting = new List<(int Call, TimeSpan Since, long Tokens, Task<LimitDecision> Task, CancellationTokenSource Cancel)>();
            var flying = new List<(int Index, LimitPlace Place)>();
            var went = new List<Went>();
            var order = new List<int>();
            var calls = 0;

            void Collect()
            {
                for (var i = 0; i < waiting.Count; i++)
                {
                    var (call, since, size, task, cancel) = waiting[i];
                    if (!task.IsCompleted)
                        continue;
                    waiting.RemoveAt(i--);
                    cancel.Dispose();
                    if (!task.Result.IsGranted)
                        continue;
                    flying.Add((went.Count, task.Result.Place!));
                    went.Add(new Went(call, since + task.Result.Waited, size, null));
                    order.Add(call);
                }
            }

            void Leave(int which, long? used)
            {
                var (index, place) = flying[which];
                flying.RemoveAt(which);
                place.Leave(used);
                went[index] = went[index] with { Left = clock.GetUtcNow() - began, Tokens = used ?? went[index].Tokens };
                Collect();
            }

            foreach (var (what, size, which) in steps)
            {
                switch (what)
                {
                    case <= 4:
                        var cancel = new CancellationTokenSource();
                        waiting.Add((calls++, clock.GetUtcNow() - began, size, book.EnterAsync("k", size, LimitConstants.LongestWait, cancel.Token).AsTask(), cancel));
                        break;
                    case <= 6 when flying.Count > 0:
                        Leave(which % flying.Count, what == 5 ? null : which % (went[flying[which % flying.Count].Index].Tokens + 1)); // never more than was counted: that is told afterwards, and nobody could have known
                        break;
                    case 7 when waiting.Count > 0:
                        waiting[which % waiting.Count].Cancel.Cancel();
                        break;
                    default:
                        clock.Advance(TimeSpan.FromMilliseconds(size * which));
                        break;
                }
                Collect();
            }
            for (var i = 0; waiting.Count > 0 && i < 20_000; i++)
            {
                while (flying.Count > 0)
                    Leave(0, null);
                clock.Advance(TimeSpan.FromMilliseconds(500));
                Collect();
            }

            Assert.That(waiting, Is.Empty, "everybody has his turn");
            Assert.That(order, Is.Ordered, "in order of arrival");
            foreach (var first in went)
            {
                var window = went.Where(w => w.At >= first.At && w.At < first.At + LimitConstants.Minute).ToList();
                Assert.That(window, Has.Count.LessThanOrEqualTo(requests));
                Assert.That(window.Sum(w => w.Tokens), Is.LessThanOrEqualTo(tokens));
                Assert.That(went.Count(w => w.At <= first.At && w.Call <= first.Call && (w.Left is null || w.Left > first.At)), Is.LessThanOrEqualTo(concurrent));
            }
            foreach (var report in book.Snapshot())
                Assert.That((report.InFlight, report.Waiting), Is.EqualTo((flying.Count, 0)));
        }, iter: 300);
    }

    [Test]
    public async Task Many_threads_never_have_more_in_flight_than_there_are_places()
    {
        var book = new LimitBook(new LimitOptions { MaxConcurrent = 3 }, TimeProvider.System);
        var (flying, most, done) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var cancel = new CancellationTokenSource();
                var entering = book.EnterAsync("k", 1, LimitConstants.LongestWait, cancel.Token);
                if (i % 7 == worker)
                    await cancel.CancelAsync();
                var decision = await entering;
                if (!decision.IsGranted)
                    continue;
                var now = Interlocked.Increment(ref flying);
                for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                    Interlocked.CompareExchange(ref most, now, seen);
                if (i % 3 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref flying);
                decision.Place!.Leave(null);
                Interlocked.Increment(ref done);
            }
        })));
        Assert.That(most, Is.InRange(1, 3));
        Assert.That((book.Snapshot()[0].InFlight, book.Snapshot()[0].Waiting, done > 3000), Is.EqualTo((0, 0, true)));
    }
}
