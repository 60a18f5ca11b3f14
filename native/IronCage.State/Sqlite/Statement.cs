using SQLitePCL;

namespace IronCage.State;

/// <summary>A prepared statement. Parameters are numbered from 1, columns from 0. After its last row, or a failure, it is ready to run again.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    private bool _finalized;

    public Statement Bind(int at, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, at, value));
        return this;
    }

    public Statement Bind(int at, long? value)
    {
        database.Check(value is { } v ? raw.sqlite3_bind_int64(handle, at, v) : raw.sqlite3_bind_null(handle, at));
        return this;
    }

    public Statement Bind(int at, string? value)
    {
        if (value is null)
            return BindNull(at);
        database.Check(raw.sqlite3_bind_text(handle, at, value));
        return this;
    }

    public Statement BindNull(int at)
    {
        database.Check(raw.sqlite3_bind_null(handle, at));
        return this;
    }

    public Statement Bind(int at, ReadOnlySpan<byte> value)
    {
        database.Check(raw.sqlite3_bind_blob(handle, at, value));
        return this;
    }

    /// <summary>A text that is UTF-8 already.</summary>
    public Statement BindText(int at, ReadOnlySpan<byte> utf8)
    {
        // An empty span has no address, which SQLite would take for NULL.
        database.Check(utf8.IsEmpty ? raw.sqlite3_bind_text(handle, at, "") : raw.sqlite3_bind_text(handle, at, utf8));
        return this;
    }

    /// <summary>As 16 bytes in big-endian order, so that ids made later sort later.</summary>
    public Statement Bind(int at, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        database.Check(raw.sqlite3_bind_blob(handle, at, bytes));
        return this;
    }

    /// <summary>Goes to the next row; false after the last.</summary>
    public bool Step()
    {
        var code = database.Probe is { } probe ? Step(probe) : raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        // Reset repeats the failure's code; take the message before it.
        try
        {
            database.Check(code);
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }
        return false;
    }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Gives up the remaining rows.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string() ?? "";

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>The bytes of a blob, or the UTF-8 of a text, until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public Guid Id(int column)
    {
        var bytes = raw.sqlite3_column_blob(handle, column);
        return bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : Guid.Empty;
    }

    private int Step(IStatementProbe probe)
    {
        var sql = raw.sqlite3_sql(handle).utf8_to_string();
        if (probe.Before(sql) is not 0 and var unrun)
            return unrun;
        var code = raw.sqlite3_step(handle);
        return probe.After(sql) is not 0 and var run ? run : code;
    }

    public void Dispose()
    {
        if (_finalized)
            return;
        _finalized = true;
        raw.sqlite3_finalize(handle);
    }
}
