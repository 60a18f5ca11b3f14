using System.Diagnostics;

namespace IronCage.Runtime.Tests.Support;

internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Root = Directory.CreateTempSubdirectory("ironcage-runtime-").FullName;

    public string Root { get; }

    public string Store => Path.Combine(Root, "store.db");

    public string Url => "sqlite:///" + Store;

    /// <summary>Agent, type and details of every audit entry, as another program reads them.</summary>
    public string Dump(string store = "store.db")
    {
        const string Code = "import sqlite3, sys\nfor r in sqlite3.connect(sys.argv[1], timeout=10).execute('SELECT agent_id, event_type, timestamp, details FROM audit_events ORDER BY id'): print('|'.join(r))";
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Code, Path.Combine(Root, store)]) { RedirectStandardOutput = true })!;
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return python.ExitCode == 0 ? output : throw new AssertionException("python3 could not read the store");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
