namespace IronCage.State;

/// <summary>Version 1. Some of its files have no table of tokens yet, which came without a version of its own.</summary>
internal static class FoundationSchema
{
    // Amounts are picodollars, times are milliseconds since 1970 UTC; audit timestamps are ISO 8601 UTC with microseconds.
    public const string Sql = """
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
}
