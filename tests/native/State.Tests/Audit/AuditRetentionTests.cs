using System.Text.Json;
using IronCage.Core.Audit;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;

namespace IronCage.State.Tests.Audit;

[Platform("Linux")]
public class AuditRetentionTests
{
    private TemporaryDirectory _directory = null!;
    private SqliteStore _store = null!;

    [SetUp]
    public async Task Create()
    {
        _directory = new TemporaryDirectory();
        _store = new SqliteStore(_directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));
        for (var i = 1; i <= 10; i++)
            _store.Append(new AuditEntry("a", "call.settled", At(i), "{}"));
        await _store.FlushAsync();
    }

    [TearDown]
    public void Delete()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    private async Task<IReadOnlyList<AuditRecord>> All() => (await _store.Audit.ReadAsync(new AuditQuery())).Entries;

    private void Tamper(string sql)
    {
        OtherSqlite.Query(_store.FilePath, "DROP TRIGGER audit_events_stay");
        OtherSqlite.Query(_store.FilePath, sql);
    }

    [Test]
    public async Task What_is_older_goes_and_the_rest_is_verified_from_the_checkpoint()
    {
        var fourth = (await All())[3];
        var pruning = await _store.Audit.PruneAsync(At(5));
        Assert.That(pruning, Is.EqualTo(new AuditPruning(4, new AuditLink(4, fourth.Hash), null)));
        var left = await All();
        Assert.That(left.Select(r => r.Id), Is.EqualTo(new long[] { 5, 6, 7, 8, 9, 10, 11 }));
        Assert.That(left[^1].EventType, Is.EqualTo("audit.pruned"));
        using var details = JsonDocument.Parse(left[^1].Details);
        Assert.That(details.RootElement.GetProperty("entries").GetInt32(), Is.EqualTo(4));
        Assert.That(details.RootElement.GetProperty("checkpoint").GetProperty("hash").GetString(), Is.EqualTo(fourth.Hash));
        var found = await _store.Audit.VerifyAsync();
        Assert.That((found.Fault, found.Check.Entries, found.Checkpoint), Is.EqualTo(((AuditFault?)null, 7L, new AuditLink(4, fourth.Hash))));
    }

    [Test]
    public async Task Prunings_follow_each_other()
    {
        for (var second = 2; second <= 12; second += 3)
            Assert.That((await _store.Audit.PruneAsync(At(second))).Entries, Is.EqualTo(Math.Min(second - 1, 10) - Math.Max(0, second - 4)), $"{second}");
        Assert.That((await All()).Select(r => r.EventType), Is.All.EqualTo("audit.pruned"));
        Assert.That((await _store.Audit.VerifyAsync()).Fault, Is.Null);
        Assert.That((await _store.Audit.PruneAsync(At(12))).Entries, Is.Zero, "nothing is older, and that is no entry");
        Assert.That(await All(), Has.Count.EqualTo(4));
        _store.Append(new AuditEntry("a", "call.settled", At(20), "{}"));
        await _store.FlushAsync();
        Assert.That((await _store.Audit.VerifyAsync()).Fault, Is.Null);
    }

    [Test]
    public async Task It_ends_at_the_first_entry_that_is_not_older()
    {
        _store.Append(new AuditEntry("a", "late", At(1), "{}"));
        await _store.FlushAsync();
        Assert.That((await _store.Audit.PruneAsync(At(5))).Entries, Is.EqualTo(4));
        Assert.That((await All()).Any(r => r.EventType == "late"), Is.True);
    }

    [Test]
    public async Task Many_go_in_several_transactions()
    {
        for (var i = 0; i < 45_000; i++)
            _store.Append(new AuditEntry("a", "call.settled", At(11), "{}"));
        await _store.FlushAsync();
        Assert.That((await _store.Audit.PruneAsync(DateTimeOffset.UtcNow.AddHours(-1))).Entries, Is.EqualTo(45_010));
        Assert.That((await All()).Select(r => r.EventType), Is.EqualTo(new[] { "audit.pruned", "audit.pruned", "audit.pruned" }));
        Assert.That((await _store.Audit.VerifyAsync()).Fault, Is.Null);
    }

    [Test]
    public void A_time_to_come_is_refused() =>
        Assert.That(Assert.ThrowsAsync<ArgumentException>(async () => await _store.Audit.PruneAsync(DateTimeOffset.UtcNow.AddMinutes(1)))!.Message, Does.Contain("future"));

    [Test]
    public async Task A_broken_chain_is_not_pruned()
    {
        Tamper("UPDATE audit_events SET details = '[]' WHERE id = 3");
        var pruning = await _store.Audit.PruneAsync(At(8));
        Assert.That((pruning.Entries, pruning.Checkpoint, pruning.Fault?.Entry, pruning.Fault?.Kind), Is.EqualTo((0L, (AuditLink?)null, 3L, AuditFaultKind.Changed)));
        Assert.That(await All(), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task A_chain_that_was_cut_off_is_not_pruned_to_its_end()
    {
        OtherSqlite.Query(_store.FilePath, "DROP TRIGGER audit_events_are_kept");
        OtherSqlite.Query(_store.FilePath, "DELETE FROM audit_events WHERE id > 8");
        var pruning = await _store.Audit.PruneAsync(At(20));
        Assert.That((pruning.Entries, pruning.Fault?.Entry, pruning.Fault?.Kind), Is.EqualTo((0L, 9L, AuditFaultKind.Truncated)));
        Assert.That((await _store.Audit.PruneAsync(At(5))).Entries, Is.EqualTo(4));
        Assert.That((await _store.Audit.VerifyAsync()).Fault!.Entry, Is.EqualTo(9));
    }

    [Test]
    public async Task Entries_that_go_without_a_record_are_told()
    {
        // What the triggers let through.
        OtherSqlite.Query(_store.FilePath, "INSERT INTO audit_chain SELECT 'checkpoint', id, hash FROM audit_events WHERE id = 4");
        OtherSqlite.Query(_store.FilePath, "DELETE FROM audit_events WHERE id <= 4");
        Assert.That((await _store.Audit.VerifyAsync()).Fault, Is.EqualTo(new AuditFault(4, AuditFaultKind.Removed, "the entries up to 4 were removed, and no entry tells of a pruning")));
    }

    [Test]
    public async Task A_noted_head_is_found_behind_the_checkpoint_and_refused_before_it()
    {
        var links = (await All()).Select(r => new AuditLink(r.Id, r.Hash)).ToArray();
        await _store.Audit.PruneAsync(At(5));
        Assert.That((await _store.Audit.VerifyAsync(noted: links[3])).Fault, Is.Null, "the checkpoint itself");
        Assert.That((await _store.Audit.VerifyAsync(noted: links[6])).Fault, Is.Null);
        Assert.That(Assert.ThrowsAsync<ArgumentException>(async () => await _store.Audit.VerifyAsync(noted: links[2]))!.Message, Does.Contain("pruned"));
        Assert.That((await _store.Audit.VerifyAsync(noted: links[2] with { Entry = 0 })).Fault!.Kind, Is.EqualTo(AuditFaultKind.Truncated));
    }

    [Test]
    public async Task A_verification_goes_on_though_entries_before_it_and_behind_it_are_pruned()
    {
        var begun = await _store.Audit.VerifyAsync(most: 2);
        Assert.That((begun.IsComplete, begun.Check.At.Entry), Is.EqualTo((false, 2L)));
        await _store.Audit.PruneAsync(At(7));
        var found = await _store.Audit.VerifyAsync(begun.Check);
        Assert.That((found.Fault, found.IsComplete, found.Check.At.Entry), Is.EqualTo(((AuditFault?)null, true, 11L)));
    }
}
