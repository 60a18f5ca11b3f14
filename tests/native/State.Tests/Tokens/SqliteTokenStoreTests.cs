using System.Text;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Core.Tokens;
using IronCage.State.Tests.Support;

namespace IronCage.State.Tests.Tokens;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SqliteTokenStoreTests : TokenStoreContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteStore _file;

    public SqliteTokenStoreTests() => _file = Open();

    private protected override ITokenStore Store => _file.Tokens!;

    private SqliteStore Open() => new(_directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    private void Reopen()
    {
        _file.Dispose();
        _file = Open();
    }

    [Test]
    public async Task What_was_written_is_there_after_the_end_of_the_process_and_has_to_be_read()
    {
        await Store.WriteAsync([Value("A"), Value("A", 7), Value("A", tenant: "u")]);
        Reopen();
        Assert.That(Store.Find("t", "A", out _), Is.Null);
        var found = await Store.ReadAsync("t", ["A", "none", "A' OR 1=1 --"]);
        Assert.That(found.Select(Shown), Is.EqualTo(new[] { Shown(Value("A", 7)) }));
        Assert.That(Shown(Store.Find("t", "A", out var isKept)), Is.EqualTo(Shown(Value("A", 7))));
        Assert.That(isKept, Is.True);
    }

    [Test]
    public async Task Of_what_a_failing_store_was_given_nothing_counts_as_kept_and_the_next_writing_mends_it()
    {
        File.Move(_directory.File(), _directory.File("elsewhere.db"));
        Assert.ThrowsAsync<StoreException>(async () => await Store.WriteAsync([Value("A")]));
        Assert.That(Store.Find("t", "A", out var isKept), Is.Not.Null, "at hand all the same");
        Assert.That(isKept, Is.False);
        File.Move(_directory.File("elsewhere.db"), _directory.File());
        await Store.WriteAsync([Value("A")]);
        Assert.That(Store.Find("t", "A", out isKept), Is.Not.Null);
        Assert.That(isKept, Is.True);
    }

    [Test]
    public async Task What_is_at_hand_is_bounded_by_number_and_by_bytes_and_the_rest_is_read_again()
    {
        for (var from = 0; from <= SqliteTokenStore.KeptAtHand; from += 4096)
            await Store.WriteAsync([.. Enumerable.Range(from, 4096).Select(i => Value($"N{i}"))]);
        Assert.That(Store.Find("t", "N0", out _), Is.Null);
        Assert.That(await Store.ReadAsync("t", ["N0"]), Has.Count.EqualTo(1));
        Assert.That(Store.Find("t", "N0", out _), Is.Not.Null);
        await Store.WriteAsync([Value("large") with { Sealed = new byte[SqliteTokenStore.KeptBytes] }, Value("small")]);
        Assert.That((Store.Find("t", "N1", out _), Store.Find("t", "large", out _)), Is.EqualTo(((SealedValue?)null, (SealedValue?)null)));
        Assert.That(Store.Find("t", "small", out _), Is.Not.Null);
    }

    [Test]
    public async Task Values_of_any_bytes_and_names_of_tenants_of_any_characters_come_back()
    {
        var bytes = new byte[70_000];
        new Random(1).NextBytes(bytes);
        var value = Value("A", tenant: "Großvater 😀'\"") with { Sealed = bytes };
        await Store.WriteAsync([value]);
        Reopen();
        Assert.That((await Store.ReadAsync(value.Tenant, ["A"])).Select(Shown), Is.EqualTo(new[] { Shown(value) }));
        Assert.That(Encoding.UTF8.GetByteCount(value.Tenant), Is.GreaterThan(value.Tenant.Length));
    }
}
