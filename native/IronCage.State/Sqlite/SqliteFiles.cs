using IronCage.Core.Ledger;
using IronCage.Core.Native;
using IronCage.Core.Time;

namespace IronCage.State;

/// <summary>
/// The SQLite files that this process has open. Static because the rule it keeps is the process's: one connection per file, whoever opens it
/// (<see cref="OpenFileLocks"/> and <see cref="FileLock"/> rest on it).
/// </summary>
internal static class SqliteFiles
{
    private static readonly Lock Sync = new();
    private static readonly Dictionary<string, (SqliteFile File, int Users)> Open = new(StringComparer.Ordinal);

    /// <summary>The open file, or a newly opened one. The options of the first opener count.</summary>
    public static SqliteFile Acquire(string canonicalPath, SqliteStoreOptions options, TimeProvider clock, IIdSource ids)
    {
        lock (Sync)
        {
            var entry = Open.TryGetValue(canonicalPath, out var found) ? found : (new SqliteFile(canonicalPath, options, clock, ids), 0);
            Open[canonicalPath] = entry with { Item2 = entry.Item2 + 1 };
            return entry.Item1;
        }
    }

    /// <summary>Gives one use back; the last one closes the file.</summary>
    public static void Release(SqliteFile file)
    {
        lock (Sync)
        {
            var (_, users) = Open[file.Path];
            if (users > 1)
            {
                Open[file.Path] = (file, users - 1);
                return;
            }
            Open.Remove(file.Path);
            file.Dispose();
        }
    }

    /// <summary>The absolute path without links. Only the directory need exist.</summary>
    /// <exception cref="StoreException">The directory does not exist.</exception>
    public static string Canonical(string path)
    {
        var full = Path.GetFullPath(path);
        if (!OperatingSystem.IsLinux())
            return full;
        if (Libc.ResolvePath(full) is { } resolved)
            return resolved;
        var directory = Libc.ResolvePath(Path.GetDirectoryName(full) ?? "/") ?? throw StoreFaults.DirectoryMissing(full);
        return Path.Combine(directory, Path.GetFileName(full));
    }
}
