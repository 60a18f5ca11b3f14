using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Faults;

namespace IronCage.State.Tests.Support;

/// <summary>The other process: what a test starts, lets compete with itself, and kills.</summary>
internal static class Worker
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["read", var path, var later]:
                    await Read(path, TimeSpan.FromSeconds(double.Parse(later, CultureInfo.InvariantCulture)));
                    return 0;
                case ["open", var path]:
                    new SqliteStore(path, null, TimeProvider.System, new SystemIdSource(TimeProvider.System)).Dispose();
                    return 0;
                case ["hold", var path, var count, var amount]:
                    await Hold(path, int.Parse(count, CultureInfo.InvariantCulture), long.Parse(amount, CultureInfo.InvariantCulture));
                    return 0;
                case ["spend", var path, var threads, var calls, var amount]:
                    await Spend(path, int.Parse(threads, CultureInfo.InvariantCulture), int.Parse(calls, CultureInfo.InvariantCulture),
                        long.Parse(amount, CultureInfo.InvariantCulture));
                    return 0;
                case ["append", var path, var threads, var entries]:
                    await Append(path, int.Parse(threads, CultureInfo.InvariantCulture), int.Parse(entries, CultureInfo.InvariantCulture));
                    return 0;
                case ["story", var path, var at]:
                    await new LedgerStory(path, new Told(Console.WriteLine), new KillingProbe(int.Parse(at, CultureInfo.InvariantCulture))).RunAsync();
                    return 0;
                default:
                    await Console.Error.WriteLineAsync(
                        "read PATH SECONDS_LATER | open PATH | hold PATH|URL COUNT AMOUNT | spend PATH|URL THREADS CALLS AMOUNT | append PATH THREADS ENTRIES | story PATH KILLED_AT");
                    return 2;
            }
        }
        catch (StoreException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    /// <summary>A file, or what a redis URL names.</summary>
    private static IStore Open(string where)
    {
        var ids = new SystemIdSource(TimeProvider.System);
        return RedisUrl.IsOne(where) ? new RedisStore(RedisUrl.Parse(where), TimeProvider.System, ids) : new SqliteStore(where, null, TimeProvider.System, ids);
    }

    /// <summary>Reads budget "b" with a clock that is ahead, and so expires what is silent by then.</summary>
    private static async Task Read(string path, TimeSpan later)
    {
        var clock = new ShiftedClock(later);
        using var store = new SqliteStore(path, null, clock, new SystemIdSource(clock));
        var figures = await store.Open("b", null).ReadAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figures.Spent.Value} {figures.Held.Value}"));
    }

    /// <summary>Takes holds and keeps them until it is killed.</summary>
    private static async Task Hold(string path, int count, long amount)
    {
        using var store = Open(path);
        var account = store.Open("b", null);
        for (var i = 0; i < count; i++)
            await account.HoldAsync(Money.Exactly(amount), Money.NoWait);
        Console.WriteLine("ready");
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>Writes audit entries, each with the process, the thread and its number, with commits between them.</summary>
    private static async Task Append(string path, int threads, int entries)
    {
        using var store = new SqliteStore(path, null, TimeProvider.System, new SystemIdSource(TimeProvider.System));
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < entries; i++)
            {
                store.Append(new AuditEntry($"{Environment.ProcessId}", "call.settled", DateTimeOffset.UtcNow, $$"""{"thread":{{thread}},"n":{{i}}}"""));
                if (i % 5 == 0)
                    await store.FlushAsync();
            }
        })));
        await store.FlushAsync();
        Console.WriteLine(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Holds and settles half of the hold, over and over; says how often it was granted. A line per granted hold, before it is settled.</summary>
    private static async Task Spend(string path, int threads, int calls, long amount)
    {
        using var store = Open(path);
        var account = store.Open("b", null);
        var granted = 0;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls; i++)
            {
                var demand = Money.Exactly(amount);
                var outcome = await account.HoldAsync(demand, TimeSpan.FromSeconds(30));
                if (outcome.Status != HoldStatus.Granted)
                    continue;
                Interlocked.Increment(ref granted);
                account.Settle(demand.Call, Money.P(amount / 2));
            }
        })));
        await store.FlushAsync();
        Console.WriteLine(granted.ToString(CultureInfo.InvariantCulture));
    }
}
