using System.Collections.Concurrent;
using CsCheck;
using IronCage.Abi.Boundary;

namespace IronCage.Abi.Tests.Boundary;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class HandleTableTests
{
    private static readonly HandleKind[] Kinds = Enum.GetValues<HandleKind>();

    private readonly HandleTable _table = new();

    private void IsBad(HandleKind kind, ulong handle)
    {
        Assert.That(_table.Find(kind, handle), Is.Null);
        Assert.That(Assert.Throws<AbiException>(() => _table.Get<object>(kind, handle))!.Status, Is.EqualTo(Status.Handle));
    }

    [Test]
    public void A_handle_finds_its_object_and_no_other_kind_does()
    {
        foreach (var kind in Kinds)
        {
            var target = new object();
            var handle = _table.Add(kind, target);
            Assert.That(_table.Get<object>(kind, handle), Is.SameAs(target));
            foreach (var other in Kinds.Where(k => k != kind))
            {
                IsBad(other, handle);
                IsBad(other, handle & 0x00FF_FFFF_FFFF_FFFF | (ulong)other << 56);
            }
        }
    }

    [Test]
    public void An_object_of_another_type_is_not_handed_out()
    {
        var handle = _table.Add(HandleKind.Run, "text");
        Assert.That(Assert.Throws<AbiException>(() => _table.Get<HandleTable>(HandleKind.Run, handle))!.Status, Is.EqualTo(Status.Handle));
    }

    [Test]
    public void Null_is_no_handle() => IsBad(HandleKind.Engine, 0);

    [Test]
    public void A_freed_handle_is_stale_also_when_its_slot_serves_again()
    {
        var stale = new HashSet<ulong>();
        for (var i = 0; i < 1000; i++)
        {
            var handle = _table.Add(HandleKind.Call, new object());
            Assert.That(stale.Add(handle), Is.True, "a handle does not come twice");
            Assert.That((uint)handle, Is.Zero, "the slot is used again");
            Assert.That(_table.Remove(HandleKind.Call, handle), Is.Not.Null);
            IsBad(HandleKind.Call, handle);
        }
        _table.Add(HandleKind.Call, new object());
        foreach (var handle in stale)
            IsBad(HandleKind.Call, handle);
    }

    [Test]
    public void Freeing_is_idempotent_and_frees_nothing_else()
    {
        var first = _table.Add(HandleKind.Run, "first");
        Assert.That((_table.Remove(HandleKind.Run, first), _table.Remove(HandleKind.Run, first), _table.Remove(HandleKind.Run, 0)), Is.EqualTo(((object?)"first", (object?)null, (object?)null)));
        var second = _table.Add(HandleKind.Run, "second");
        Assert.That(_table.Remove(HandleKind.Run, first), Is.Null);
        Assert.That(_table.Get<string>(HandleKind.Run, second), Is.EqualTo("second"));
    }

    [Test]
    public void Freeing_a_handle_of_another_kind_is_an_error_and_frees_nothing()
    {
        var handle = _table.Add(HandleKind.Run, "run");
        Assert.That(Assert.Throws<AbiException>(() => _table.Remove(HandleKind.Call, handle))!.Status, Is.EqualTo(Status.Handle));
        Assert.That(_table.Get<string>(HandleKind.Run, handle), Is.EqualTo("run"));
    }

    [Test]
    public void A_random_number_never_finds_a_wrong_object()
    {
        var live = Enumerable.Range(0, 500).Select(i => (Kind: Kinds[i % Kinds.Length], Target: (object)i)).ToDictionary(o => _table.Add(o.Kind, o.Target));
        foreach (var handle in live.Keys.Take(100).ToList())
        {
            _table.Remove(live[handle].Kind, handle);
            live.Remove(handle);
        }
        // Anything at all, and what a slip makes of a good handle.
        var known = live.Keys.ToArray();
        var near = Gen.Select(Gen.OneOf(known), Gen.Int[0, 63], Gen.Int[0, 63]).Select((handle, a, b) => handle ^ 1UL << a ^ 1UL << b);
        Gen.Select(Gen.OneOf(Gen.ULong, near, Gen.OneOf(known)), Gen.OneOf(Kinds)).Sample((handle, kind) =>
        {
            var found = _table.Find(kind, handle);
            return live.TryGetValue(handle, out var object_) && object_.Kind == kind ? ReferenceEquals(found, object_.Target) : found is null;
        }, iter: 100_000);
    }

    [Test]
    public void Thirty_two_threads_add_find_and_free_without_mixing_objects_up()
    {
        var all = new ConcurrentDictionary<ulong, bool>();
        var wrong = 0;
        var threads = Enumerable.Range(0, 32).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            var mine = new List<(HandleKind Kind, ulong Handle, object Target)>();
            var freed = new List<(HandleKind Kind, ulong Handle)>();
            for (var i = 0; i < 3000; i++)
            {
                if (mine.Count == 0 || random.Next(2) == 0)
                {
                    var kind = Kinds[random.Next(Kinds.Length)];
                    var target = new object();
                    var handle = _table.Add(kind, target);
                    Check(all.TryAdd(handle, true));
                    mine.Add((kind, handle, target));
                }
                else
                {
                    var at = random.Next(mine.Count);
                    Check(ReferenceEquals(_table.Find(mine[at].Kind, mine[at].Handle), mine[at].Target));
                    Check(ReferenceEquals(_table.Remove(mine[at].Kind, mine[at].Handle), mine[at].Target));
                    freed.Add((mine[at].Kind, mine[at].Handle));
                    mine.RemoveAt(at);
                }
                if (freed.Count > 0)
                {
                    var (kind, handle) = freed[random.Next(freed.Count)];
                    Check(_table.Find(kind, handle) is null);
                }
            }
            Check(mine.TrueForAll(m => ReferenceEquals(_table.Find(m.Kind, m.Handle), m.Target)));

            void Check(bool right)
            {
                if (!right)
                    Interlocked.Increment(ref wrong);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void A_table_in_a_forked_child_takes_handles_over_and_gives_none_of_the_parents_out_again()
    {
        var parents = Enumerable.Range(0, 100).Select(_ => _table.Add(HandleKind.Call, new object())).ToList();
        _table.Remove(HandleKind.Call, parents[7]);
        parents.Add(_table.Add(HandleKind.Call, new object()));

        var child = new HandleTable();
        Assert.That(child.TryReserve(100), Is.True);
        Assert.That(child.TryReserve(100), Is.False);
        var kept = new object();
        child.Restore(parents[100], kept);
        Assert.That(child.Get<object>(HandleKind.Call, parents[100]), Is.SameAs(kept));
        foreach (var stale in parents.Take(100))
            Assert.That(child.Find(HandleKind.Call, stale), Is.Null);

        Assert.That(child.Remove(HandleKind.Call, parents[100]), Is.SameAs(kept));
        var given = Enumerable.Range(0, 300).Select(_ => child.Add(HandleKind.Call, new object())).ToList();
        Assert.That(given, Is.Unique);
        Assert.That(given.Intersect(parents), Is.Empty);
    }

    [Test]
    public void A_table_that_was_used_takes_nothing_over()
    {
        _table.Add(HandleKind.Run, new object());
        Assert.That(_table.TryReserve(1), Is.False);
    }
}
