using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Core.Tokens;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Faults;

/// <summary>
/// Everything that an SQLite store does, once and in order, with a clock that moves only here: holds that are lowered, share a commit, wait, are overrun, refused, left open and expire;
/// changes, entries, tokens, a window that ends, retention, two openings. What fails is tried again, as a caller would.
/// </summary>
internal sealed class LedgerStory(string path, Told told, IStatementProbe? probe = null)
{
    public const string Agent = "story";
    public const string Token = "EMAIL_0000000000000000";

    /// <summary>Years after the file of tests/vectors was written.</summary>
    public static readonly DateTimeOffset Begin = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>From the root down.</summary>
    public static readonly BudgetTerms[] Tree = [new("org", P(1_000)), new("team", P(600), BudgetWindow.Parse("60", null), "org"), new("agent", P(500), null, "team")];

    /// <summary>Nothing here waits for long: what does has been lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Attribution By = new(Agent, "openai", "gpt-4o", "", "");

    private readonly ManualTimeProvider _clock = ClockAt(Begin);
    private int _notes;

    /// <summary>What went wrong and was tried again.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>A clock that stands still.</summary>
    public static ManualTimeProvider ClockAt(DateTimeOffset time)
    {
        var clock = new ManualTimeProvider();
        clock.Advance(time - clock.GetUtcNow());
        return clock;
    }

    /// <summary>A file with the long heartbeats of the story, so that time passes in few steps.</summary>
    public static SqliteStore Open(string path, TimeProvider clock, IStatementProbe? probe = null) =>
        new(path, new SqliteStoreOptions { HeartbeatInterval = TimeSpan.FromHours(1), HoldExpiry = TimeSpan.FromHours(3), Probe = probe }, clock, new SystemIdSource(clock));

    /// <summary>Everything that a transaction left pending, and so everything that was told before, is on the disk.</summary>
    public async Task RunAsync()
    {
        await FirstLife();
        Pass(4 * 3600);
        await SecondLife();
        told.Say($"over");
    }

    private async Task FirstLife()
    {
        using var store = await Insist(() => Task.FromResult(Open(path, _clock, probe)));
        var (org, team, agent) = (await OpenAccount(store, 0), await OpenAccount(store, 1), await OpenAccount(store, 2));

        var lowered = await Hold(agent, 20, 400);
        var pair = await Task.WhenAll(Hold(agent, 50), Hold(team, 70));
        Settle(agent, lowered, 100);
        Settle(agent, pair[0], 80); // more than it held
        await Flush(store);

        var large = await Hold(agent, 250);
        var waiting = Hold(agent, 150); // 70 are free
        await Insist(() => agent.ReadAsync().AsTask());
        Settle(agent, large, 90);
        Settle(agent, await waiting, 40);
        var call = Guid.NewGuid();
        told.Say($"recording {call} 33");
        store.Record(new Settlement(call, P(33), By, Audit: Settled(call, 33)));
        Append(store);
        Append(store);

        await Change(org, new BudgetChange(TopUp: P(100)));
        await Change(agent, new BudgetChange(Frozen: true));
        await Hold(agent, 1);
        await Change(agent, new BudgetChange(Frozen: false));
        await Change(team, new BudgetChange(Limit: P(700)));
        await Insist(async () =>
        {
            await store.Tokens!.WriteAsync([new SealedValue("", Token, "EMAIL_ADDRESS", "k", new byte[] { 1, 2, 3 })]);
            return true;
        });
        told.Say($"put");
        await Flush(store);

        Pass(61);
        await Hold(team, 5); // stays, and expires in the second life, as does the other one of the team
        await Insist(() => store.SpendAsync(null, null).AsTask());
        Append(store);
    }

    private async Task SecondLife()
    {
        using var store = await Insist(() => Task.FromResult(Open(path, _clock, probe)));
        var agent = await OpenAccount(store, 2);
        var last = await Hold(agent, 30);
        Settle(agent, last, 30);
        await Flush(store);
        told.Say($"pruning");
        await Insist(() => store.Audit.PruneAsync(_clock.GetUtcNow() - TimeSpan.FromHours(2)).AsTask());
        Append(store);
        await Flush(store);
    }

    private async Task<ILedgerAccount> OpenAccount(SqliteStore store, int level)
    {
        var account = await Insist(() => Task.FromResult(store.Open(Tree[level])));
        told.Say($"opened {account.Name}");
        return account;
    }

    /// <summary>Asks for a hold until it is granted or refused.</summary>
    private Task<Guid> Hold(ILedgerAccount account, long amount, long tokens = 0) => Insist(async () =>
    {
        var call = Guid.NewGuid();
        told.Say($"asking {call} {account.Name}");
        var demand = new HoldDemand(call, P(amount), P(1), tokens, tokens / 40, tokens > 0, Attribution: By);
        try
        {
            var allowed = new AuditEntry(Agent, "call.allowed", _clock.GetUtcNow(), $$"""{"call":"{{call}}"}""");
            var outcome = await account.HoldAsync(demand, Forever, allowed).AsTask().WaitAsync(Patience);
            if (outcome.Status == HoldStatus.Granted)
                told.Say($"granted {call} {outcome.Held.Value}");
            else
                told.Say($"refused {call}");
        }
        catch (StoreException)
        {
            told.Say($"failed {call}");
            throw;
        }
        return call;
    });

    private void Settle(ILedgerAccount account, Guid call, long cost)
    {
        told.Say($"settling {call} {cost}");
        Assert.That(account.Settle(new Settlement(call, P(cost), By, Audit: Settled(call, cost))), Is.True);
    }

    private AuditEntry Settled(Guid call, long cost) => new(Agent, "call.settled", _clock.GetUtcNow(), $$"""{"call":"{{call}}","cost":{{cost}}}""");

    private void Append(SqliteStore store)
    {
        told.Say($"appending {++_notes}");
        store.Append(new AuditEntry(Agent, "note", _clock.GetUtcNow(), $$"""{"n":{{_notes}}}"""));
    }

    private async Task Change(ILedgerAccount account, BudgetChange change)
    {
        change = change with { Id = Guid.NewGuid() };
        told.Say($"changing {change.Id}");
        await Insist(() => account.ChangeAsync(change).AsTask());
        told.Say($"changed {change.Id}");
    }

    private async Task Flush(SqliteStore store)
    {
        await Insist(async () =>
        {
            await store.FlushAsync();
            return true;
        });
        told.Say($"flushed");
    }

    private void Pass(int seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        told.Say($"clock {seconds}");
    }

    private async Task<T> Insist<T>(Func<Task<T>> work)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (StoreException e) when (Failures.Count < 20)
            {
                Failures.Add(e.Message);
            }
        }
    }
}
