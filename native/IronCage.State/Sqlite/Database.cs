using System.Runtime.InteropServices;
using SQLitePCL;

namespace IronCage.State;

/// <summary>One SQLite connection, used by one thread. Every failure is a <see cref="IronCage.Core.Ledger.StoreException"/>.</summary>
internal sealed partial class Database : IDisposable
{
    private static readonly Lock ProviderSync = new();
    private static bool s_providerSet;

    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin, _beginRead, _commit, _rollback;

    public Database(string path, TimeSpan busyTimeout, IStatementProbe? probe = null)
    {
        Path = path;
        Probe = probe;
        LoadProvider();
        OpenFileLocks.Install();
        var code = raw.sqlite3_open_v2(path, out _handle,
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_PRIVATECACHE, null);
        try
        {
            Check(code);
            raw.sqlite3_extended_result_codes(_handle, 1);
            raw.sqlite3_busy_timeout(_handle, (int)busyTimeout.TotalMilliseconds);
            if (raw.sqlite3_db_readonly(_handle, "main") == 1)
                throw StoreFaults.FromCode(raw.SQLITE_READONLY, path, "");
            _begin = Prepare("BEGIN IMMEDIATE");
            _beginRead = Prepare("BEGIN");
            _commit = Prepare("COMMIT");
            _rollback = Prepare("ROLLBACK");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>See <see cref="IStatementProbe"/>.</summary>
    public IStatementProbe? Probe { get; }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether the file of this connection is no longer the one under its name: others would use another, or none.</summary>
    public bool HasMoved
    {
        get
        {
            var moved = 0;
            return FileControl(_handle, "main", FileHasMoved, ref moved) == raw.SQLITE_OK && moved != 0;
        }
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public void Begin() => _begin.Run();

    /// <summary>Begins to read one state of the file, whatever is written meanwhile.</summary>
    public void BeginRead() => _beginRead.Run();

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        if (InTransaction)
            _rollback.Run();
    }

    /// <summary>A statement that lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>A statement for one use; the caller disposes it.</summary>
    public Statement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        return new Statement(this, handle);
    }

    /// <summary>Runs statements that give no rows of interest.</summary>
    public void Execute(string sql)
    {
        while (sql.Length > 0)
        {
            Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle, out sql));
            if (handle.IsInvalid)
                return; // a comment, or nothing
            using var statement = new Statement(this, handle);
            statement.Run();
        }
    }

    /// <summary>The first column of the first row, as text; null when there is no row.</summary>
    public string? Scalar(string sql)
    {
        using var statement = PrepareOnce(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw StoreFaults.FromCode(code, Path, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _statements.Clear();
        if (_handle is { IsInvalid: false })
            raw.sqlite3_close_v2(_handle);
    }

    private static void LoadProvider()
    {
        lock (ProviderSync)
        {
            if (s_providerSet)
                return;
            raw.SetProvider(new SQLite3Provider_sqlite3());
            s_providerSet = true;
        }
    }

    private const int FileHasMoved = 20; // SQLITE_FCNTL_HAS_MOVED

    [LibraryImport("sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileControl(sqlite3 database, string name, int operation, ref int result);
}
