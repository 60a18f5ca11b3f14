using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

/// <summary>The trap: whoever closes a file drops all POSIX locks that his process has on it.</summary>
public class OpenFileLocksTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory();

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open() => new(_directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    /// <summary>The "lock:" lines of this process's descriptors of a file.</summary>
    private static string[] LocksOn(string path) =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Where(fd => new FileInfo(fd).LinkTarget == path)
            .SelectMany(fd => File.ReadLines($"/proc/self/fdinfo/{Path.GetFileName(fd)}").Where(l => l.StartsWith("lock:", StringComparison.Ordinal)))];

    [Test]
    public async Task The_locks_of_an_open_store_survive_somebody_closing_its_files()
    {
        using var store = Open();
        var account = store.Open("b", P(1_000_000));
        await account.HoldAsync(Exactly(1), NoWait);
        Assert.Multiple(() =>
        {
            Assert.That(LocksOn(store.FilePath), Is.Not.Empty.And.All.Contains("OFDLCK"));
            Assert.That(LocksOn(store.FilePath + "-shm"), Is.Not.Empty.And.All.Contains("OFDLCK"));
        });
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            await File.ReadAllBytesAsync(store.FilePath + suffix); // opens and closes, as another SQLite in this process would
        Assert.Multiple(() =>
        {
            Assert.That(LocksOn(store.FilePath), Is.Not.Empty);
            Assert.That(LocksOn(store.FilePath + "-shm"), Is.Not.Empty);
        });
    }

    [Test]
    public async Task A_process_that_closes_the_store_last_but_one_does_not_take_the_log_with_it()
    {
        using var store = Open();
        var account = store.Open("b", P(1_000_000));
        for (var i = 0; i < 20; i++)
        {
            await account.HoldAsync(Exactly(1), NoWait);
            foreach (var suffix in new[] { "", "-shm" })
                await File.ReadAllBytesAsync(store.FilePath + suffix);
            // Believes that it is alone if our locks are gone, and deletes the log that we go on writing to.
            Assert.That(OtherSqlite.Query(store.FilePath, "SELECT held_pico FROM budgets"), Is.EqualTo(new[] { $"{i + 1}" }));
            Assert.That(File.Exists(store.FilePath + "-wal"), Is.True);
        }
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public async Task Files_opened_and_closed_all_the_time_during_holds_do_no_harm()
    {
        using var store = Open();
        var account = store.Open("b", P(1_000_000));
        using var done = new CancellationTokenSource();
        var closer = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (var suffix in new[] { "", "-shm", "-wal" })
                    File.ReadAllBytes(store.FilePath + suffix);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await account.HoldAsync(Exactly(1), Forever);
        })));
        await done.CancelAsync();
        await closer;
        Assert.That(OtherSqlite.Query(store.FilePath, "SELECT held_pico FROM budgets"), Is.EqualTo(new[] { "400" }));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }

    [Test]
    public void A_second_copy_of_the_library_in_the_process_is_refused()
    {
        using var store = Open();
        // What a second copy would do: it has a registry of its own, so it opens the file again.
        var clock = TimeProvider.System;
        var second = Assert.Throws<StoreException>(() => new SqliteFile(store.FilePath, new SqliteStoreOptions(), clock, new SystemIdSource(clock)));
        Assert.That(second!.Message, Does.Contain("another copy"));
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }
}
