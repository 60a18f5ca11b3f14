using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Sqlite;

public class SqliteFailureTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory();

    [TearDown]
    public void Delete() => _directory.Dispose();

    private SqliteStore Open(string? path = null, SqliteStoreOptions? options = null) =>
        new(path ?? _directory.File(), options, TimeProvider.System, new SystemIdSource(TimeProvider.System));

    private string MessageOf(string? path = null, SqliteStoreOptions? options = null) =>
        Assert.Throws<StoreException>(() => Open(path, options))!.Message;

    [Test]
    public void A_missing_directory_is_named() =>
        Assert.That(MessageOf(_directory.File("no/such/store.db")), Does.Contain("directory").And.Contain("no/such/store.db").And.Contain("does not exist"));

    [Test]
    public void A_path_that_is_a_directory_is_refused()
    {
        Directory.CreateDirectory(_directory.File("dir"));
        Assert.That(MessageOf(_directory.File("dir")), Does.Contain("dir"));
    }

    [Test]
    public void A_directory_that_may_not_be_written_is_named()
    {
        if (Environment.IsPrivilegedProcess)
            Assert.Ignore("root may write anywhere");
        File.SetUnixFileMode(_directory.Root, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.That(MessageOf(), Does.Contain("writable"));
        }
        finally
        {
            File.SetUnixFileMode(_directory.Root, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }
    }

    [Test]
    public void A_file_system_that_is_read_only_is_named() => Assert.That(MessageOf("/proc/ironcage.db"), Does.Contain("writable").Or.Contain("cannot be opened"));

    [Test]
    public void A_file_that_is_no_database_is_left_alone()
    {
        File.WriteAllText(_directory.File(), new string('x', 5000));
        Assert.That(MessageOf(), Does.Contain("not an SQLite database"));
        Assert.That(File.ReadAllText(_directory.File()), Is.EqualTo(new string('x', 5000)));
    }

    [Test]
    public void Somebody_elses_database_is_left_alone()
    {
        OtherSqlite.Query(_directory.File(), "CREATE TABLE theirs(x)");
        var before = File.ReadAllBytes(_directory.File());
        Assert.That(MessageOf(), Does.Contain("not an Iron Cage store"));
        Assert.That(File.ReadAllBytes(_directory.File()), Is.EqualTo(before));
    }

    [Test]
    public void A_newer_schema_is_refused_with_both_versions()
    {
        Open().Dispose();
        OtherSqlite.Query(_directory.File(), "UPDATE meta SET value = '1000' WHERE key = 'schema_version'");
        Assert.That(MessageOf(), Does.Contain("schema 1000").And.Contain($"knows {Migration.Newest}").And.Contain("upgrade"));
    }

    [Test]
    public void A_damaged_file_is_named()
    {
        using (var store = Open())
            store.Open("b", P(100));
        var bytes = File.ReadAllBytes(_directory.File());
        bytes.AsSpan(100).Fill(0xAB);
        File.WriteAllBytes(_directory.File(), bytes);
        Assert.That(MessageOf(), Does.Contain("damaged").Or.Contain("not an SQLite database"));
    }

    [Test]
    public void A_failed_open_can_be_repeated()
    {
        File.WriteAllText(_directory.File(), new string('x', 5000));
        MessageOf();
        File.Delete(_directory.File());
        using var store = Open();
        Assert.That(store.Open("b", P(1)).Peek(), Is.EqualTo(Figures(1, 0, 0)));
    }

    [Test]
    public async Task A_locked_store_fails_holds_and_recovers_with_everything_that_was_settled_meanwhile()
    {
        using var store = Open(options: new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(100) });
        var account = store.Open("b", P(100));
        var (first, second) = (Exactly(30), Exactly(30));
        await account.HoldAsync(first, NoWait);

        using (var locker = OtherProcess.Python(
            "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint('locked', flush=True)\nsys.stdin.readline()\nc.execute('ROLLBACK')",
            store.FilePath))
        {
            Assert.That(locker.ReadLine(), Is.EqualTo("locked"));
            Assert.That(Assert.ThrowsAsync<StoreException>(async () => await account.HoldAsync(second, Forever))!.Message, Does.Contain("locked"));
            Assert.That(account.Settle(first.Call, P(11)), Is.True);
            store.Append(new AuditEntry("a", "call.settled", DateTimeOffset.UnixEpoch, "{}"));
            Assert.ThrowsAsync<StoreException>(async () => await store.FlushAsync());
            Assert.That(account.Peek(), Is.EqualTo(Figures(100, 11, 0)));
            await locker.Input.WriteLineAsync();
            locker.Finish();
        }

        await store.FlushAsync();
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 11, 0)));
        Assert.That((await account.HoldAsync(second, Forever)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(OtherSqlite.Query(store.FilePath, "SELECT count(*) FROM audit_events"), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task A_store_that_is_moved_away_in_use_fails_holds_and_recovers_when_it_is_back()
    {
        using var store = Open();
        var account = store.Open("b", P(100));
        var first = Exactly(30);
        await account.HoldAsync(first, NoWait);

        File.Move(store.FilePath, store.FilePath + ".away");
        Assert.That(Assert.ThrowsAsync<StoreException>(async () => await account.HoldAsync(Exactly(30), NoWait))!.Message, Does.Contain("deleted, moved or replaced").And.Contain(store.FilePath));
        Assert.That(account.Settle(first.Call, P(11)), Is.True);
        Assert.ThrowsAsync<StoreException>(async () => await store.FlushAsync());

        File.Move(store.FilePath + ".away", store.FilePath);
        await store.FlushAsync();
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 11, 0)));
        Assert.That((await account.HoldAsync(Exactly(30), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task A_store_whose_companion_another_process_holds_fails_holds_and_recovers()
    {
        using var store = Open(options: new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(100) });
        var account = store.Open("b", P(100));
        using (var locker = OtherProcess.Python(
            "import fcntl, sys\nf = open(sys.argv[1], 'r+b')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('locked', flush=True)\nsys.stdin.readline()", store.FilePath + "-ironcage"))
        {
            Assert.That(locker.ReadLine(), Is.EqualTo("locked"));
            Assert.That(Assert.ThrowsAsync<StoreException>(async () => await account.HoldAsync(Exactly(1), Forever))!.Message, Does.Contain("locked by another process"));
            Assert.ThrowsAsync<StoreException>(async () => await store.FlushAsync());
            Assert.That(MessageOf(store.FilePath + "x/y"), Does.Contain("does not exist"));
            locker.Kill();
        }
        Assert.That((await account.HoldAsync(Exactly(1), Forever)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 1)));
    }

    [Test]
    public async Task A_full_database_fails_holds_and_grants_again_when_there_is_room()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root may mount a small disk");
        var mount = _directory.File("small");
        Directory.CreateDirectory(mount);
        if (Shell("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", mount) != 0)
            Assert.Ignore("this sandbox does not mount");
        try
        {
            using (var store = Open(Path.Combine(mount, "store.db")))
            {
                var account = store.Open("b", P(1_000_000));
                await File.WriteAllBytesAsync(Path.Combine(mount, "filler"), new byte[100_000]);
                StoreException? full = null;
                var granted = 0;
                for (var i = 0; i < 1000 && full is null; i++)
                {
                    try
                    {
                        await account.HoldAsync(Exactly(1), NoWait, new AuditEntry("a", "call.allowed", DateTimeOffset.UnixEpoch, new string('x', 2000)));
                        granted++;
                    }
                    catch (StoreException e)
                    {
                        full = e;
                    }
                }
                Assert.That(full?.Message, Does.Contain("full").Or.Contain("cannot be read or written"));
                File.Delete(Path.Combine(mount, "filler"));
                // The kernel may take a moment to give the room back; a hold that fails meanwhile holds nothing.
                HoldStatus? status = null;
                for (var i = 0; i < 100 && status is null; i++)
                {
                    try
                    {
                        status = (await account.HoldAsync(Exactly(1), NoWait)).Status;
                    }
                    catch (StoreException)
                    {
                        await Task.Delay(50);
                    }
                }
                Assert.That(status, Is.EqualTo(HoldStatus.Granted));
                Assert.That((await account.ReadAsync()).Held, Is.EqualTo(P(granted + 1)));
                Assert.That(store.CheckIntegrity(), Is.Empty);
            }
        }
        finally
        {
            Shell("umount", mount);
        }
    }

    private static int Shell(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
