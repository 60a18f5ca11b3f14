using System.Globalization;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>The tables of a store, and the only place that makes or changes them.</summary>
internal static class Schema
{
    /// <summary>The version that this library writes.</summary>
    public const int Version = 1;

    // Amounts are picodollars, times are milliseconds since 1970 UTC; audit timestamps are ISO 8601 UTC with microseconds.
    private const string Tables = """
        CREATE TABLE meta(
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE budgets(
            name TEXT PRIMARY KEY,
            limit_pico INTEGER CHECK (limit_pico >= 0),
            spent_pico INTEGER NOT NULL CHECK (spent_pico >= 0),
            held_pico INTEGER NOT NULL CHECK (held_pico >= 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE owners(
            id TEXT PRIMARY KEY,
            host TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            pid INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            heartbeat_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE holds(
            call_id BLOB NOT NULL CHECK (length(call_id) = 16),
            budget TEXT NOT NULL REFERENCES budgets(name),
            owner TEXT NOT NULL,
            amount_pico INTEGER NOT NULL CHECK (amount_pico >= 0),
            created_at INTEGER NOT NULL,
            state INTEGER NOT NULL CHECK (state IN (0, 1)), -- 0 open, 1 expired: booked as spent in full, waiting for a late settlement
            PRIMARY KEY (call_id, budget)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit_events(
            id INTEGER PRIMARY KEY,
            agent_id TEXT NOT NULL,
            event_type TEXT NOT NULL,
            timestamp TEXT NOT NULL,
            details TEXT NOT NULL
        ) STRICT;
        """;

    // Made in stores of earlier builds too, which leave it alone: the version stays.
    private const string Additions = """
        CREATE TABLE IF NOT EXISTS tokens(
            tenant TEXT NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            key_id TEXT NOT NULL,
            sealed BLOB NOT NULL, -- AES-256-GCM: format, nonce, ciphertext, tag
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (tenant, name)
        ) STRICT, WITHOUT ROWID;
        """;

    /// <summary>Sets the connection up and makes the tables of a new file. Call under the store's file lock.</summary>
    public static void Prepare(Database database)
    {
        // Before anything is changed: the file may be no database, somebody else's, or of a newer library.
        var isNew = Inspect(database);
        if (database.Scalar("PRAGMA journal_mode = WAL") != "wal")
            throw new StoreException($"the file system of the store {database.Path} does not support shared memory files; use a local disk");
        database.Execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;");
        if (!isNew && database.Scalar("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tokens'") is not null)
            return;

        database.Begin();
        try
        {
            if (isNew)
            {
                database.Execute(Tables);
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO meta(key, value) VALUES('schema_version', '{Version}')"));
            }
            database.Execute(Additions);
            database.Commit();
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>Whether the file is empty; throws when it is neither that nor a store that this library understands.</summary>
    private static bool Inspect(Database database)
    {
        if (database.Scalar("SELECT 1 FROM sqlite_schema LIMIT 1") is null)
            return true;
        var ours = database.Scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', 'budgets', 'holds')") == "3";
        var found = ours ? database.Scalar("SELECT value FROM meta WHERE key = 'schema_version'") : null;
        if (!int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            throw new StoreException($"the database {database.Path} is not an Iron Cage store; name a file of its own");
        if (version > Version)
            throw new StoreException($"the store {database.Path} was written by a newer Iron Cage (schema {version}, this one knows {Version}); upgrade the library");
        return false;
    }
}
