using IronCage.Core.Circuits;
using IronCage.Core.Ledger;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

/// <summary>Circuits that the users of a store share.</summary>
public abstract partial class StoreContract
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);

    private ICircuitBoard Board()
    {
        if (_store.Circuits is not { } board)
        {
            Assert.That(_store.IsDurable, Is.False, "every store that others can see has them");
            Assert.Ignore("nobody else can see memory");
            throw new InvalidOperationException();
        }
        return board;
    }

    private static void Becomes(ICircuitBoard board, string key, bool isOpen) =>
        Assert.That(() => board.Known.SingleOrDefault(circuit => circuit.Key == key)?.IsOpen, Is.EqualTo(isOpen).After(60_000, 5));

    [Test]
    public async Task What_one_opens_or_closes_is_known_to_all_and_counted()
    {
        var board = Board();
        var (ada, bob) = (board.Join(), board.Join());
        Assert.That(ada, Is.Not.EqualTo(bob));
        board.Post(ada, "host|a model", Recovery);
        Becomes(board, "host|a model", isOpen: true);
        var opened = board.Known.Single();
        Assert.That((opened.By, opened.Until - _clock.GetUtcNow()), Is.EqualTo((ada, Recovery)));
        var version = board.Version;
        board.Post(bob, "host|other", Recovery);
        board.Post(bob, "host|a model", null);
        Becomes(board, "host|other", isOpen: true);
        Becomes(board, "host|a model", isOpen: false);
        Assert.That(board.Known.Single(circuit => circuit.Key == "host|a model") is { } closed && closed.By == bob && closed.Change > opened.Change, Is.True);
        Assert.That(board.Version, Is.GreaterThan(version));
        await _store.FlushAsync();
    }

    [Test]
    public async Task Of_all_who_ask_one_has_the_probe()
    {
        var board = Board();
        var (ada, bob) = (board.Join(), board.Join());
        Assert.That(await board.TryProbeAsync(ada, "host|m", Recovery), Is.True, "nobody knows it");
        board.Post(ada, "host|m", Recovery);
        Assert.That(await board.TryProbeAsync(ada, "host|m", Recovery), Is.False, "it is open for a minute");
        _clock.Advance(Recovery);
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => board.TryProbeAsync(bob, "host|m", Recovery).AsTask()));
        Assert.That(asked.Count(isHis => isHis), Is.EqualTo(1));
        board.GiveBack(ada, "host|m");
        Assert.That(await board.TryProbeAsync(ada, "host|m", Recovery), Is.False, "it is another's to give back");
        board.GiveBack(bob, "host|m");
        Assert.That(await board.TryProbeAsync(ada, "host|m", Recovery), Is.True);
        _clock.Advance(Recovery);
        Assert.That(await board.TryProbeAsync(bob, "host|m", Recovery), Is.True, "its process may have died");
        board.Post(bob, "host|m", null);
        Assert.That(await board.TryProbeAsync(ada, "host|m", Recovery), Is.False, "it closed, and is known to have");
        Assert.That(board.Known.Single().IsOpen, Is.False);
    }

    [Test]
    public async Task A_hold_brings_the_news()
    {
        var board = Board();
        var account = _store.Open("b", P(100));
        board.Post(board.Join(), "host|m", Recovery);
        await account.HoldAsync(Exactly(60), NoWait); // in SQLite; in Redis a lease may pay for it without a trip
        Becomes(board, "host|m", isOpen: true);
    }

    [Test]
    public void A_store_that_is_closed_takes_posts_and_tells_nobody()
    {
        var board = Board();
        var ada = board.Join();
        _store.Dispose();
        Assert.DoesNotThrow(() => board.Post(ada, "host|m", Recovery));
        Assert.DoesNotThrow(() => board.GiveBack(ada, "host|m"));
        Assert.ThrowsAsync<StoreException>(async () => await board.TryProbeAsync(ada, "host|m", Recovery));
    }
}
