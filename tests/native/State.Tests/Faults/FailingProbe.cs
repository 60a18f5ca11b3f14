namespace IronCage.State.Tests.Faults;

/// <summary>Lets one step of a statement fail: the n-th.</summary>
/// <param name="at">Counted from 1.</param>
/// <param name="code">SQLite's result code.</param>
/// <param name="hasRun">The n-th COMMIT fails, and has been made all the same.</param>
internal sealed class FailingProbe(int at, int code, bool hasRun) : IStatementProbe
{
    private int _steps;

    /// <summary>The statement that failed; null while none did.</summary>
    public string? Failed { get; private set; }

    public int Before(string sql) => hasRun ? 0 : Pass(sql);

    public int After(string sql) => hasRun && sql == "COMMIT" ? Pass(sql) : 0;

    private int Pass(string sql)
    {
        if (++_steps != at)
            return 0;
        Failed = sql;
        return code;
    }
}
