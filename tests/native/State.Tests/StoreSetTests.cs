using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests;

public class StoreSetTests
{
    private TemporaryDirectory _directory = null!;
    private StoreSet _stores = null!;

    [SetUp]
    public void Create()
    {
        _directory = new TemporaryDirectory();
        _stores = new StoreSet(TimeProvider.System, new SystemIdSource(TimeProvider.System));
    }

    [TearDown]
    public void Delete()
    {
        _stores.Dispose();
        _directory.Dispose();
    }

    [TestCase(null)]
    [TestCase("memory")]
    public void Memory_is_one_store(string? url) => Assert.That(_stores.Open(url), Is.SameAs(_stores.Memory));

    [Test]
    public void Four_slashes_name_an_absolute_path()
    {
        var store = (SqliteStore)_stores.Open($"sqlite:///{_directory.File()}");
        Assert.That(store.FilePath, Is.EqualTo(_directory.File()));
    }

    [Test]
    public void Three_slashes_name_a_path_from_the_current_directory()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _directory.File());
        var store = (SqliteStore)_stores.Open($"sqlite:///{relative}");
        Assert.That(store.FilePath, Is.EqualTo(_directory.File()));
    }

    [Test]
    public void One_file_is_one_store_however_it_is_spelled()
    {
        var store = _stores.Open($"sqlite:///{_directory.File()}");
        Directory.CreateDirectory(_directory.File("sub"));
        File.CreateSymbolicLink(_directory.File("link.db"), _directory.File());
        Directory.CreateSymbolicLink(_directory.File("dir"), _directory.Root);
        Assert.Multiple(() =>
        {
            Assert.That(_stores.Open($"sqlite:///{_directory.File("sub/../store.db")}"), Is.SameAs(store));
            Assert.That(_stores.Open($"sqlite:///{_directory.File("link.db")}"), Is.SameAs(store));
            Assert.That(_stores.Open($"sqlite:///{_directory.File("dir/store.db")}"), Is.SameAs(store));
            Assert.That(_stores.Open($"sqlite:///{_directory.File("other.db")}"), Is.Not.SameAs(store));
        });
    }

    [TestCase("sqlite:///:memory:", "write \"memory\"")]
    [TestCase("sqlite://store.db", "three slashes")]
    [TestCase("sqlite:store.db", "three slashes")]
    [TestCase("sqlite:///", "names no file")]
    [TestCase("sqlite:////tmp/", "names no file")]
    [TestCase("postgres://localhost/x", "unknown")]
    [TestCase("store.db", "unknown")]
    [TestCase("", "unknown")]
    public void Other_urls_are_refused_and_the_accepted_forms_named(string url, string why)
    {
        var refused = Assert.Throws<ArgumentException>(() => _stores.Open(url));
        Assert.That(refused!.Message, Does.Contain(why).And.Contain("sqlite:////absolute/path.db"));
    }

    [TestCase("mode=ro", "no option \"mode\"; it takes heartbeat and expiry")]
    [TestCase("heartbeat", "heartbeat is not a number of seconds")]
    [TestCase("heartbeat=fast", "heartbeat is not a number of seconds")]
    [TestCase("expiry=1e99", "expiry is not a number of seconds")]
    [TestCase("heartbeat=0", "heartbeat must be 0.01 to 3600 seconds")]
    [TestCase("heartbeat=3601", "heartbeat must be 0.01 to 3600 seconds")]
    [TestCase("heartbeat=30", "expiry must be three heartbeats at least")]
    public void Wrong_options_of_a_store_are_refused_with_their_range(string query, string why)
    {
        var refused = Assert.Throws<ArgumentException>(() => _stores.Open($"sqlite:///{_directory.File()}?{query}"));
        Assert.That(refused!.Message, Does.Contain(why));
        Assert.That(File.Exists(_directory.File()), Is.False);
    }

    [Test]
    public void A_store_takes_its_times_from_its_url_and_hands_them_on()
    {
        var store = (SqliteStore)_stores.Open($"sqlite:///{_directory.File()}?heartbeat=0.5&expiry=7");
        Assert.That(store.Options, Is.EqualTo(new SqliteStoreOptions { HeartbeatInterval = TimeSpan.FromSeconds(0.5), HoldExpiry = TimeSpan.FromSeconds(7) }));
        Assert.That(store.Url, Is.EqualTo($"sqlite:///{_directory.File()}?heartbeat=0.5&expiry=7"));
        Assert.That(_stores.Open(store.Url), Is.SameAs(store));
        Assert.That(_stores.Open($"sqlite:///{_directory.File()}"), Is.SameAs(store), "who says nothing takes what there is");
        Assert.Throws<ArgumentException>(() => _stores.Open($"sqlite:///{_directory.File()}?heartbeat=1"));
    }

    [Test]
    public async Task A_flush_makes_everything_durable()
    {
        var store = _stores.Open($"sqlite:///{_directory.File()}");
        var account = store.Open("b", P(100));
        var demand = Exactly(10);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(4));
        await _stores.FlushAsync();
        Assert.That(OtherSqlite.Query(_directory.File(), "SELECT spent_pico || ' ' || held_pico FROM budgets"), Is.EqualTo(new[] { "4 0" }));
    }

    [Test]
    public void Closing_closes_everything_once()
    {
        var memory = _stores.Open(null);
        var file = _stores.Open($"sqlite:///{_directory.File()}");
        _stores.Dispose();
        _stores.Dispose();
        Assert.Throws<StoreException>(() => memory.Open("b", null));
        Assert.Throws<StoreException>(() => file.Open("b", null));
        Assert.Throws<StoreException>(() => _stores.Open(null));
        Assert.Throws<StoreException>(() => _stores.Open($"sqlite:///{_directory.File()}"));
    }
}
