namespace IronCage.State.Tests.Support;

/// <summary>
/// What one writes first: a budget in SQLite (WAL, synchronous=FULL), one transaction for each hold and each settlement, a connection for each thread, and SQLite's own busy timeout.
/// The rival of <see cref="SpeedFigures"/>.
/// </summary>
internal sealed class NaiveLedger : IDisposable
{
    private readonly Database _database;
    private readonly Statement _reserve, _insert, _book, _delete;

    public NaiveLedger(string path)
    {
        _database = new Database(path, TimeSpan.FromMinutes(10));
        _database.Scalar("PRAGMA journal_mode = WAL");
        _database.Execute("PRAGMA synchronous = FULL");
        _reserve = _database.Prepare("UPDATE budget SET held = held + ?1 WHERE spent + held + ?1 <= cap");
        _insert = _database.Prepare("INSERT INTO holds(call, amount) VALUES(?1, ?2)");
        _book = _database.Prepare("UPDATE budget SET held = held - ?1, spent = spent + ?2");
        _delete = _database.Prepare("DELETE FROM holds WHERE call = ?1");
    }

    public static void Create(string path)
    {
        using var database = new Database(path, TimeSpan.FromMinutes(10));
        database.Scalar("PRAGMA journal_mode = WAL");
        database.Execute("CREATE TABLE budget(cap INTEGER, spent INTEGER, held INTEGER); CREATE TABLE holds(call BLOB PRIMARY KEY, amount INTEGER) WITHOUT ROWID; INSERT INTO budget VALUES(1000000000000, 0, 0);");
    }

    public bool Hold(Guid call, long amount)
    {
        _database.Begin();
        _reserve.Bind(1, amount).Run();
        var fits = _database.Changes == 1;
        if (fits)
            _insert.Bind(1, call).Bind(2, amount).Run();
        _database.Commit();
        return fits;
    }

    public void Settle(Guid call, long amount, long actual)
    {
        _database.Begin();
        _book.Bind(1, amount).Bind(2, actual).Run();
        _delete.Bind(1, call).Run();
        _database.Commit();
    }

    public void Dispose() => _database.Dispose();
}
