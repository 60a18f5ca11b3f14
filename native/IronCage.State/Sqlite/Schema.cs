using System.Globalization;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>The tables of a store, and the only place that makes or changes them.</summary>
internal static class Schema
{
    /// <summary>Sets the connection up and makes the tables of a new file. Call under the store's file lock.</summary>
    public static void Prepare(Database database)
    {
        // Before anything is changed: the file may be no database, somebody else's, or of a newer library.
        var version = Inspect(database);
        if (database.Scalar("PRAGMA journal_mode = WAL") != "wal")
            throw new StoreException($"the file system of the store {database.Path} does not support shared memory files; use a local disk");
        database.Execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;");
        if (version == Migration.Newest)
            return;

        database.Begin();
        try
        {
            foreach (var migration in Migration.All)
            {
                if (migration.Version <= version)
                    continue;
                database.Execute(migration.Sql);
                migration.Then?.Invoke(database);
            }
            database.Execute(string.Create(CultureInfo.InvariantCulture,
                $"INSERT INTO meta(key, value) VALUES('schema_version', '{Migration.Newest}') ON CONFLICT(key) DO UPDATE SET value = excluded.value"));
            database.Commit();
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>The version of the file, 0 of an empty one; throws when it is neither that nor a store that this library understands.</summary>
    private static int Inspect(Database database)
    {
        if (database.Scalar("SELECT 1 FROM sqlite_schema LIMIT 1") is null)
            return 0;
        var ours = database.Scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', 'budgets', 'holds')") == "3";
        var found = ours ? database.Scalar("SELECT value FROM meta WHERE key = 'schema_version'") : null;
        if (!int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            throw new StoreException($"the database {database.Path} is not an Iron Cage store; name a file of its own");
        if (version > Migration.Newest)
            throw new StoreException($"the store {database.Path} was written by a newer Iron Cage (schema {version}, this one knows {Migration.Newest}); upgrade the library");
        return version;
    }
}
