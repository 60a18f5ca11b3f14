using IronCage.Core.Audit;
using IronCage.Core.Control;

namespace IronCage.State.Tests.Ledger;

public abstract partial class StoreContract
{
    private static readonly AuditEntry Entry = new("a", "agent.stopped", DateTimeOffset.UnixEpoch, "{}");

    private StopMark Mark(string agent, string reason) => new(agent, reason, DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds()));

    [Test]
    public async Task What_is_durable_keeps_who_was_stopped_until_he_is_resumed()
    {
        Assert.That(_store.Stops is not null, Is.EqualTo(_store.IsDurable));
        if (_store.Stops is not { } board)
            return;
        var (one, other) = (Mark("a", "first | \"reason\""), Mark("b", "other"));
        Assert.That((await board.StopAsync(one, Entry), await board.StopAsync(Mark("a", "second"), Entry), await board.StopAsync(other, Entry)), Is.EqualTo((true, false, true)));
        Assert.That(await board.ReadAsync(), Is.EqualTo(new[] { one, other }));
        Assert.That((await board.ResumeAsync("a", Entry), await board.ResumeAsync("a", Entry)), Is.EqualTo((true, false)));
        Assert.That(await board.ReadAsync(), Is.EqualTo(new[] { other }));
    }

    [Test]
    public async Task Whoever_watches_is_told_of_each_change_once_and_in_order()
    {
        if (_store.Stops is not { } board)
            return;
        var (one, two) = (Mark("a", "one"), Mark("a", "two"));
        await board.StopAsync(one, Entry);
        List<StopMark?> told = [];
        using (board.Watch("a", told.Add))
        {
            Assert.That(told, Is.EqualTo(new[] { one }), "before Watch returns");
            await board.StopAsync(Mark("b", "another's"), Entry);
            await board.ResumeAsync("a", Entry);
            await board.StopAsync(two, Entry);
            await board.StopAsync(one, Entry);
            await board.ReadAsync();
            Assert.That(told, Is.EqualTo(new[] { one, null, two }));
        }
        await board.ResumeAsync("a", Entry);
        Assert.That(told, Has.Count.EqualTo(3), "nobody watches");
    }

    [Test]
    public async Task What_waits_for_approval_is_decided_once_and_told()
    {
        Assert.That(_store.Approvals is not null, Is.EqualTo(_store.IsDurable));
        if (_store.Approvals is not { } board)
            return;
        var until = DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000);
        var (one, two) = (new ApprovalNote("1", "a|b", """{"tool":"x|y"}""", until), new ApprovalNote("2", "b", "{}", until));
        List<ApprovalDecision> told = [];
        await board.PostAsync(one, told.Add);
        await board.PostAsync(two, told.Add);
        Assert.That(await board.ReadAsync(), Is.EqualTo(new[] { one, two }));
        Assert.That((await board.DecideAsync(new("1", null)), await board.DecideAsync(new("1", "late")), await board.DecideAsync(new("3", null))), Is.EqualTo((true, false, false)));
        Assert.That(await board.DecideAsync(new("2", "no|way")), Is.True);
        Assert.That(told, Is.EqualTo(new ApprovalDecision[] { new("1", null), new("2", "no|way") }));
        Assert.That(await board.ReadAsync(), Is.Empty);
        board.Remove("1");
        board.Remove("2");
    }

    [Test]
    public async Task What_nobody_waits_for_any_more_cannot_be_decided()
    {
        if (_store.Approvals is not { } board)
            return;
        await board.PostAsync(new ApprovalNote("1", "a", "{}", _clock.GetUtcNow().AddSeconds(1)), static _ => { });
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await board.ReadAsync()).Count + (await board.DecideAsync(new("1", null)) ? 1 : 0), Is.Zero);
    }
}
