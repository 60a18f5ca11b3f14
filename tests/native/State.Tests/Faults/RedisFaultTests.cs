using IronCage.Core.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Faults;

/// <summary>A connection that is cut before any request reaches the server, and before any answer comes back.</summary>
public class RedisFaultTests
{
    private static readonly Attribution By = new("a", "openai", "gpt-4o", "", "");

    [TestCase(true)]
    [TestCase(false)]
    public async Task Wherever_the_connection_is_cut_everything_is_done_once(bool leases)
    {
        using var server = new RedisServer();
        using var proxy = new CuttingProxy(server.Port);
        for (var at = 1; ; at++)
        {
            var options = server.Options with { UsesLeases = leases, Namespace = $"n{at}" };
            proxy.CutAt(at);
            var spent = await Story(server, options with { Port = proxy.Port });
            var cuts = proxy.Cuts;
            proxy.CutAt(0);
            using var store = server.Open(options);
            Assert.That(await store.Open("team", null).ReadAsync(), Is.EqualTo(Figures(850, spent, 0)), $"cut {at}");
            Assert.That(await store.Open("org", null).ReadAsync(), Is.EqualTo(Figures(1_000, spent, 0)), $"cut {at}");
            var line = (await store.SpendAsync(null, null)).Single();
            Assert.That((line.Calls, line.Cost, line.Overbilled), Is.EqualTo((4L, P(spent + 33), 1L)), $"cut {at}");
            var history = (await store.Open("team", null).HistoryAsync(100)).Select(e => e.What);
            Assert.That(history.Count(what => what == BudgetEventKind.TopUp), Is.EqualTo(1), $"cut {at}");
            Assert.That(history.Count(what => what == BudgetEventKind.Frozen), Is.EqualTo(1), $"cut {at}");
            if (cuts > 0)
                continue;
            Assert.That(at, Is.GreaterThan(20));
            return;
        }
    }

    /// <summary>Holds, settlements, changes. A cut is not seen by the caller, but for the first connection: that is tried again.</summary>
    /// <returns>What they cost.</returns>
    private static async Task<long> Story(RedisServer server, RedisStoreOptions options)
    {
        RedisStore store;
        while (true)
        {
            try
            {
                store = server.Open(options);
                break;
            }
            catch (StoreException)
            {
                // Cut while it was made.
            }
        }
        using (store)
        {
            store.Open("org", P(1_000));
            var team = store.Open(new BudgetTerms("team", P(800), null, "org"));
            var (lowered, overrun, open) = (Output(20, 1, 400, 10, open: true) with { Attribution = By }, Exactly(50) with { Attribution = By }, Exactly(60) with { Attribution = By });
            var first = team.HoldAsync(lowered, Forever).AsTask();
            Assert.That((await team.HoldAsync(overrun, Forever)).Status, Is.EqualTo(HoldStatus.Granted));
            Assert.That((await first).Held, Is.EqualTo(P(200)));
            Assert.That(team.Settle(new Settlement(lowered.Call, P(110), By)), Is.True);
            Assert.That(team.Settle(new Settlement(overrun.Call, P(80), By)), Is.True);
            Assert.That((await team.HoldAsync(open, Forever)).Status, Is.EqualTo(HoldStatus.Granted));
            store.Record(new Settlement(Guid.NewGuid(), P(33), By));
            await store.FlushAsync();
            await team.ChangeAsync(new BudgetChange(TopUp: P(50), Id: Guid.NewGuid()));
            await team.ChangeAsync(new BudgetChange(Frozen: true));
            Assert.That((await team.HoldAsync(Exactly(1), Forever)).Status, Is.EqualTo(HoldStatus.Frozen));
            await team.ChangeAsync(new BudgetChange(Frozen: false));
            Assert.That((await team.ReadAsync()).Spent, Is.EqualTo(P(190)));
            Assert.That(team.Settle(new Settlement(open.Call, P(60), By)), Is.True);
            Assert.That(team.Settle(new Settlement(open.Call, P(60), By)), Is.False);
        }
        return 250;
    }
}
