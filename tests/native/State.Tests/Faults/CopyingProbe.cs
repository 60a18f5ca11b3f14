using IronCage.State.Tests.Support;

namespace IronCage.State.Tests.Faults;

/// <summary>
/// Keeps the file as a kill at each boundary would leave it: nothing but this thread writes it, so a copy made here is that. The index of the log is left out: whoever comes first after a
/// kill makes it anew.
/// </summary>
internal sealed class CopyingProbe(string path, string to, Told told) : IStatementProbe
{
    private (string Path, int Lines, string Sql) _last = ("", -1, "");
    private byte[] _log = [];

    /// <summary>The copies, and how many lines were told when each was made. Of neighbours that differ in nothing, the first.</summary>
    public List<(string Path, int Lines, string Sql)> Copies { get; } = [];

    /// <summary>How many boundaries there were.</summary>
    public int Boundaries { get; private set; }

    public int Before(string sql)
    {
        Copy("before " + sql);
        return 0;
    }

    public int After(string sql)
    {
        // Elsewhere the next boundary is the same file, of which more may have been told.
        if (sql == "COMMIT")
            Copy("after COMMIT");
        return 0;
    }

    private void Copy(string sql)
    {
        Boundaries++;
        // A transaction goes to the log, and when that is emptied from there to the file, in which case the log begins anew.
        var log = File.Exists(path + "-wal") ? ReadLog() : [];
        if (_last.Lines == told.Count && log.AsSpan().SequenceEqual(_log))
            return;
        _log = log;
        _last = (Path.Combine(to, $"copy{Copies.Count}.db"), told.Count, sql);
        File.Copy(path, _last.Path);
        File.WriteAllBytes(_last.Path + "-wal", log);
        Copies.Add(_last);
    }

    private byte[] ReadLog()
    {
        using var file = new FileStream(path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var log = new byte[file.Length];
        file.ReadExactly(log);
        return log;
    }
}
