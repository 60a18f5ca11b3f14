using IronCage.Core.Entropy;
using IronCage.Core.Tokens;

namespace IronCage.State.Tests.Tokens;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MemoryTokenStoreTests : TokenStoreContract, IDisposable
{
    private readonly MemoryTokenStore _store = new(new SystemRandomSource());

    private protected override ITokenStore Store => _store;

    public void Dispose() => _store.Dispose();

    [Test]
    public async Task A_forked_child_has_the_key_and_what_there_was_and_goes_on_by_itself()
    {
        await _store.WriteAsync([Value("A"), Value("B"), Value("A", 5)]);
        var child = new MemoryTokenStore(_store.Address); // here both share the memory, and the end of one would be that of the other; a child has a copy of it
        Assert.That(child.Key.ToArray(), Is.EqualTo(_store.Key.ToArray()));
        Assert.That(Shown(child.Find("t", "A", out _)), Is.EqualTo(Shown(Value("A", 5))));
        await child.WriteAsync([Value("C")]);
        Assert.That(child.Find("t", "C", out _), Is.Not.Null);
        var grandchild = new MemoryTokenStore(child.Address);
        Assert.That(grandchild.Find("t", "B", out _), Is.Not.Null);
        Assert.That(grandchild.Find("t", "C", out _), Is.Not.Null);
    }

    [Test]
    public void Every_process_has_a_key_of_its_own()
    {
        using var other = new MemoryTokenStore(new SystemRandomSource());
        Assert.That(other.Key.ToArray(), Is.Not.EqualTo(_store.Key.ToArray()));
        Assert.That(_store.Key.ToArray().Distinct().Count(), Is.GreaterThan(10));
    }

    [Test]
    public async Task The_oldest_go_beyond_the_capacity()
    {
        const int Batch = 50_000;
        for (var from = 0; from <= MemoryTokenStore.Capacity; from += Batch)
            await _store.WriteAsync([.. Enumerable.Range(from, Batch).Select(i => Value($"N{i}"))]);
        Assert.That(_store.Find("t", "N0", out _), Is.Null);
        Assert.That(_store.Find("t", $"N{Batch}", out _), Is.Not.Null);
        Assert.That(_store.Find("t", $"N{MemoryTokenStore.Capacity}", out _), Is.Not.Null);
    }

    [Test]
    public async Task After_its_end_it_holds_nothing_and_takes_nothing()
    {
        await _store.WriteAsync([Value("A")]);
        _store.Dispose();
        await _store.WriteAsync([Value("B")]);
        Assert.That(_store.Find("t", "B", out _), Is.Null);
        _store.Dispose();
    }
}
