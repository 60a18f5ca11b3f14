using IronCage.Core.Ledger;
using SQLitePCL;

namespace IronCage.State;

/// <summary>SQLite's result codes as messages that name the store and the next step.</summary>
internal static class StoreFaults
{
    public static StoreException FromCode(int code, string path, string detail) => new((code & 0xff) switch
    {
        raw.SQLITE_NOTADB => $"the file {path} is not an SQLite database; name another path or move the file away",
        raw.SQLITE_CORRUPT => $"the store {path} is damaged ({detail}); restore it from a backup or move it away",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"the store {path} is locked by another program; end that program's transaction and try again",
        raw.SQLITE_FULL => $"the disk of the store {path} is full; make room and try again",
        raw.SQLITE_READONLY => $"the store {path} is read-only; make the file and its directory writable",
        raw.SQLITE_PERM or raw.SQLITE_AUTH => $"the store {path} may not be accessed; check its permissions",
        raw.SQLITE_CANTOPEN => $"the store {path} cannot be opened; check that the path is a file in a writable directory",
        raw.SQLITE_IOERR => $"the store {path} cannot be read or written (input/output error {code}: {detail}); check its disk",
        raw.SQLITE_NOMEM => $"the store {path} could not be used: out of memory",
        raw.SQLITE_PROTOCOL => $"the store {path} cannot be locked; it must be on a local file system",
        _ => $"the store {path} failed (SQLite error {code}: {detail})",
    });

    public static StoreException DirectoryMissing(string path) =>
        new($"the directory of the store {path} does not exist; create it first");

    public static StoreException Missing(string path) => new($"there is no store {path}; check the path");

    public static StoreException NotWritable(string path, Exception inner) =>
        new($"the store {path} cannot be created or opened for writing; make the file and its directory writable", inner);

    public static StoreException Locked(string path, TimeSpan waited) =>
        new($"the store {path} has been locked by another process for {waited.TotalSeconds:0.###} s; try again, or end the process that holds it");

    public static StoreException Moved(string path) =>
        new($"the store {path} was deleted, moved or replaced while in use; put it back, or restart the programs that use it");

    public static StoreException Closed(string path) => new($"the store {path} is closed");

    public static StoreException Internal(string path, Exception inner) =>
        new($"the store {path} failed because of a fault in the library ({inner.GetType().Name}: {inner.Message})", inner);
}
