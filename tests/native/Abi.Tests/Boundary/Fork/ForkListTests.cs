using IronCage.Abi.Boundary;
using IronCage.Abi.Boundary.Fork;
using IronCage.Abi.Tests.Support;

namespace IronCage.Abi.Tests.Boundary.Fork;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public unsafe class ForkListTests
{
    private readonly ForkList _list = new();

    private static List<(ForkKind Kind, ulong Handle)> Chain(ForkList list)
    {
        var chain = new List<(ForkKind, ulong)>();
        for (var node = list.State->First; node is not null; node = node->Next)
            chain.Add(((ForkKind)node->Kind, node->Handle));
        return chain;
    }

    [Test]
    public void A_freed_object_stays_as_long_as_another_refers_to_it()
    {
        var engine = _list.Add(ForkKind.Engine, "{}"u8);
        engine.Publish(7);
        var run = _list.Add(ForkKind.Run, default, engine);
        run.Publish(8);
        engine.Release();
        Assert.That(Chain(_list), Is.EqualTo(new[] { (ForkKind.Engine, 0UL), (ForkKind.Run, 8UL) }));
        run.Release();
        Assert.That((Chain(_list).Count, engine.Node is null, run.Node is null), Is.EqualTo((0, true, true)));
    }

    [Test]
    public void What_is_added_to_an_object_that_another_thread_has_freed_refers_to_nothing()
    {
        var engine = _list.Add(ForkKind.Engine, "{}"u8);
        engine.Release();
        engine.Release();
        engine.Publish(7);
        _list.AddHosts(engine, "127.0.0.1:9=openai");
        var run = _list.Add(ForkKind.Run, default, engine);
        run.Publish(8);
        Assert.That((Chain(_list).Single(), run.Node->Engine is null), Is.EqualTo(((ForkKind.Run, 8UL), true)));
    }

    [Test]
    public void Threads_that_free_engines_while_others_add_to_them_leave_an_empty_chain()
    {
        var engines = Enumerable.Range(0, 2000).Select(_ => _list.Add(ForkKind.Engine, "{}"u8)).ToArray();
        using var barrier = new Barrier(4);
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            barrier.SignalAndWait();
            foreach (var engine in engines)
            {
                if (i == 0)
                {
                    engine.Release();
                    continue;
                }
                var protection = _list.Add(ForkKind.Protection, "{}"u8, engine);
                var run = _list.Add(ForkKind.Run, default, engine, protection);
                _list.AddHosts(engine, "127.0.0.1:9=openai");
                protection.Release();
                run.Release();
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.That((Chain(_list).Count, engines.Count(e => e.Node is not null)), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Hosts_that_are_added_again_do_not_grow_the_text_and_the_newest_comes_last()
    {
        var engine = _list.Add(ForkKind.Engine, "{}"u8);
        for (var i = 0; i < 100; i++)
        {
            _list.AddHosts(engine, "a.example=openai,b.example=openai");
            _list.AddHosts(engine, "a.example=anthropic");
        }
        Assert.That(ForkText.String(engine.Node->Text), Is.EqualTo("a.example=openai,b.example=openai,a.example=anthropic"));
    }

    [Test]
    public void Budgets_in_memory_are_forgotten_with_their_engine()
    {
        var before = Chain(ForkList.Instance).Count;
        Host.Engine(out var engine);
        Assert.That(Host.Budget(out var budget, engine, """{"name":"b","limit_usd":"1"}"""), Is.EqualTo(Status.Ok));
        Assert.That(Chain(ForkList.Instance), Has.Count.GreaterThan(before + 2), "the engine, the budget and its account");
        HandleTable.Instance.Remove(HandleKind.Budget, budget);
        Assert.That((Host.Free(engine), Chain(ForkList.Instance).Count), Is.EqualTo((Status.Ok, before)));
    }
}
