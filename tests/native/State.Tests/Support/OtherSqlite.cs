namespace IronCage.State.Tests.Support;

/// <summary>Another program's SQLite: Debian's Python.</summary>
internal static class OtherSqlite
{
    /// <summary>What SQLite says against a statement; empty if it did it.</summary>
    public static string Refusal(string path, string sql)
    {
        using var python = OtherProcess.Python(
            "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=10)\ntry: c.execute(sys.argv[2]); c.commit()\nexcept sqlite3.Error as e: print(e)\nc.close()", path, sql);
        return python.Finish();
    }

    /// <summary>Runs one statement in a process of its own; the first column of its rows.</summary>
    public static IReadOnlyList<string> Query(string path, string sql)
    {
        using var python = OtherProcess.Python(
            "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=10)\nfor r in c.execute(sys.argv[2]): print(r[0])\nc.commit(); c.close()", path, sql);
        return python.Finish().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
