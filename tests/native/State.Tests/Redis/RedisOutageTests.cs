using IronCage.Core.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Redis;

/// <summary>A server that is stopped, restarted, emptied, set back, or silent; connections that break.</summary>
public class RedisOutageTests
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(300);

    private RedisServer? _server;

    [TearDown]
    public void Stop() => _server?.Dispose();

    private RedisServer Serve(params string[] arguments) => _server = new RedisServer(arguments);

    private static StoreException Refused(ILedgerAccount account, long amount = 1) =>
        Assert.ThrowsAsync<StoreException>(async () => await account.HoldAsync(Exactly(amount), Forever))!;

    /// <summary>Holds and settles until the process has something in hand.</summary>
    private static async Task Warm(ILedgerAccount account)
    {
        for (var i = 0; i < 20; i++)
        {
            var demand = Exactly(1_000);
            await account.HoldAsync(demand, Forever);
            account.Settle(demand.Call, P(0));
        }
        await account.ReadAsync();
    }

    [Test]
    public async Task Without_the_server_the_lease_is_used_up_and_then_calls_are_refused_and_all_is_told_when_it_is_back()
    {
        var server = Serve("--appendonly", "yes", "--appendfsync", "always");
        using var store = server.Open(server.Options with { Timeout = Brief });
        var account = store.Open("b", P(1_000_000));
        await Warm(account);
        server.Kill();
        var granted = 0;
        StoreException? refused = null;
        while (refused is null)
        {
            var demand = Exactly(1_000);
            try
            {
                Assert.That((await account.HoldAsync(demand, Forever)).Status, Is.EqualTo(HoldStatus.Granted));
                account.Settle(demand.Call, P(1_000));
                granted++;
            }
            catch (StoreException e)
            {
                refused = e;
            }
        }
        Assert.That(granted, Is.InRange(2, 250), "at most a quarter is in hand");
        Assert.That(refused.Message, Does.Contain($"127.0.0.1:{server.Port}/0 (ns default)").And.Contain("check that the server runs"));
        Assert.ThrowsAsync<StoreException>(async () => await store.FlushAsync());
        server.Start();
        await Until(async () => (await account.ReadAsync()) == Figures(1_000_000, granted * 1_000, 0));
        Assert.That((await account.HoldAsync(Exactly(1_000), Forever)).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task With_refuse_calls_are_refused_at_once_though_the_lease_would_pay_for_them()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { Outage = RedisOutage.Refuse });
        var account = store.Open("b", P(1_000_000));
        await Warm(account);
        server.Kill();
        await Until(async () =>
        {
            try
            {
                await account.HoldAsync(Exactly(1), NoWait);
                return false;
            }
            catch (StoreException)
            {
                return true;
            }
        });
    }

    [Test]
    public async Task A_short_absence_is_waited_for()
    {
        var server = Serve("--appendonly", "yes", "--appendfsync", "always");
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        await account.ReadAsync();
        server.Kill();
        var waiting = account.HoldAsync(Exactly(10), Forever).AsTask();
        server.Start();
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 10)));
    }

    [Test]
    public async Task An_emptied_server_grants_nothing_to_those_who_knew_it_nor_to_those_who_come()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(10), NoWait);
        server.Cli("flushall");
        Assert.That(Refused(account).Message, Does.Contain("its keys were removed while").And.Contain("HDEL ironcage:{default}:meta damaged"));
        Assert.Throws<StoreException>(() => store.Open("other", P(1)));
        Assert.That(Assert.Throws<StoreException>(() => server.Open())!.Message, Does.Contain("removed"));
        server.Cli("-n", "0", "hdel", "ironcage:{default}:meta", "damaged"); // as the message says
        using var anew = server.Open();
        Assert.That(anew.Open("b", P(5)).Peek(), Is.EqualTo(Figures(5, 0, 0)));
        Refused(account);
    }

    [Test]
    public async Task A_server_that_restarts_with_nothing_is_found_out_though_others_have_begun_anew()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false, HeartbeatInterval = TimeSpan.FromHours(1), Expiry = TimeSpan.FromDays(1) });
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(10), NoWait);
        server.Kill();
        server.Start();
        await Until(() => Task.FromResult(server.Cli("hget", "ironcage:{default}:meta", "damaged").Length > 0));
        Assert.That(Refused(account).Message, Does.Contain("removed"));
        Assert.That(Assert.Throws<StoreException>(() => server.Open())!.Message, Does.Contain("removed"));
    }

    [Test]
    public async Task A_server_that_goes_back_to_an_old_dump_is_found_out()
    {
        var server = Serve("--dbfilename", "dump.rdb");
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(10), NoWait);
        server.Cli("save");
        await account.HoldAsync(Exactly(80), NoWait);
        server.Kill();
        server.Start();
        Assert.That(Refused(account, 50).Message, Does.Contain("it went back to an earlier state"));
        Assert.That(Assert.Throws<StoreException>(() => server.Open())!.Message, Does.Contain("earlier state"));
    }

    [Test]
    public void With_create_off_a_namespace_that_is_gone_is_not_made_anew()
    {
        var server = Serve();
        var strict = server.Options with { MayCreate = false };
        Assert.That(Assert.Throws<StoreException>(() => server.Open(strict))!.Message, Does.Contain("create=off"));
        server.Open().Dispose();
        server.Open(strict).Dispose();
        server.Cli("flushall");
        Assert.Throws<StoreException>(() => server.Open(strict));
    }

    [Test]
    public async Task A_budget_that_was_evicted_is_not_made_anew()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        server.Cli("del", "ironcage:{default}:b:b");
        Assert.That(Refused(account).Message, Does.Contain("\"b\" is gone"));
        Assert.Throws<StoreException>(() => server.Open());
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_silent_server_is_given_up_and_taken_up_again()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false, Timeout = Brief });
        var account = store.Open("b", P(100));
        await account.HoldAsync(Exactly(10), NoWait);
        server.Signal("STOP");
        Assert.That(Refused(account).Message, Does.Contain("did not answer for 0.3 s"));
        server.Signal("CONT");
        await Until(async () =>
        {
            try
            {
                return await account.ReadAsync() == Figures(100, 0, 10);
            }
            catch (StoreException)
            {
                return false;
            }
        });
    }

    [Test]
    public async Task Whatever_connections_break_each_hold_and_settlement_is_done_once()
    {
        var server = Serve();
        using var proxy = new CuttingProxy(server.Port);
        using var store = server.Open(server.Options with { UsesLeases = false, Port = proxy.Port });
        var account = store.Open("b", P(1_000_000));
        using var watcher = server.Open();
        var open = 0L;
        var spent = 0L;
        proxy.CutOneOf(12);
        for (var i = 0; i < 150; i++)
        {
            var demand = Exactly(100);
            var outcome = await account.HoldAsync(demand, Forever);
            Assert.That(outcome.Status, Is.EqualTo(HoldStatus.Granted));
            if (i % 3 == 0)
            {
                open += 100;
                continue;
            }
            account.Settle(demand.Call, P(i));
            spent += i;
        }
        proxy.CutOneOf(0);
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(1_000_000, spent, open)));
        Assert.That(await watcher.Open("b", null).ReadAsync(), Is.EqualTo(Figures(1_000_000, spent, open)));
        Assert.That(proxy.Cuts, Is.GreaterThan(10));
    }

    [Test]
    public async Task A_server_that_forgot_its_scripts_learns_them_again()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        server.Cli("script", "flush");
        Assert.That((await account.HoldAsync(Exactly(10), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        server.Cli("script", "flush");
        await account.ReadAsync();
        Assert.That(await store.SpendAsync(null, null), Is.Empty);
    }

    [Test]
    public async Task A_server_without_memory_refuses_and_goes_on_when_it_has_some()
    {
        var server = Serve();
        using var store = server.Open(server.Options with { UsesLeases = false });
        var account = store.Open("b", P(100));
        server.Cli("config", "set", "maxmemory", "1");
        Assert.That(Refused(account).Message, Does.Contain("has no memory left; raise maxmemory"));
        server.Cli("config", "set", "maxmemory", "0");
        await Until(async () =>
        {
            try
            {
                return (await account.HoldAsync(Exactly(1), NoWait)).Status == HoldStatus.Granted;
            }
            catch (StoreException)
            {
                return false;
            }
        });
        Assert.That((await account.ReadAsync()).Held, Is.EqualTo(P(1)), "what was refused is not held");
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 1_000; i++)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (StoreException) when (i < 999)
            {
                // Not yet.
            }
            await Task.Delay(10);
        }
        Assert.Fail("it did not become so within 10 s");
    }
}
