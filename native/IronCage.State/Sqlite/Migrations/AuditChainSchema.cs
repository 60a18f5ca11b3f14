using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>Version 3: the audit trail is a chain of hashes, and append-only.</summary>
internal static class AuditChainSchema
{
    public const string Sql = """
        ALTER TABLE audit_events RENAME TO audit_events_unchained;
        CREATE TABLE audit_events(
            id INTEGER PRIMARY KEY,
            agent_id TEXT NOT NULL,
            event_type TEXT NOT NULL,
            timestamp TEXT NOT NULL,
            details TEXT NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32) -- AuditChain of the row before and this one
        ) STRICT;
        CREATE TABLE audit_chain(
            name TEXT PRIMARY KEY CHECK (name IN ('head', 'checkpoint')), -- the last entry; the last that was pruned
            entry INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT, WITHOUT ROWID;
        """;

    // Rows go only up to the checkpoint, which is moved first and never back. A REPLACE asks no trigger for deletions; one without a hash fails, one with a hash is no mistake,
    // and a trigger for insertions would cost each entry a third of its time.
    private const string Triggers = """
        DROP TABLE audit_events_unchained;
        CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
            BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
        CREATE TRIGGER audit_events_are_kept BEFORE DELETE ON audit_events
            WHEN old.id > coalesce((SELECT entry FROM audit_chain WHERE name = 'checkpoint'), 0)
            BEGIN SELECT RAISE(ABORT, 'audit_events is append-only; prune it with: python -m iron_cage audit prune'); END;
        CREATE TRIGGER audit_chain_goes_on BEFORE UPDATE ON audit_chain WHEN new.entry < old.entry OR new.name <> old.name
            BEGIN SELECT RAISE(ABORT, 'audit_chain goes forward only'); END;
        CREATE TRIGGER audit_chain_stays BEFORE DELETE ON audit_chain
            BEGIN SELECT RAISE(ABORT, 'audit_chain goes forward only'); END;
        """;

    /// <summary>Chains what is there, under the numbers it has.</summary>
    public static void Chain(Database database)
    {
        using var read = database.PrepareOnce("SELECT id, agent_id, event_type, timestamp, details FROM audit_events_unchained ORDER BY id");
        using var write = database.PrepareOnce("INSERT INTO audit_events(id, agent_id, event_type, timestamp, details, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        using var head = database.PrepareOnce("INSERT INTO audit_chain(name, entry, hash) VALUES('head', ?1, ?2)");
        Span<byte> hash = stackalloc byte[AuditChain.HashLength];
        AuditChain.Genesis.CopyTo(hash);
        long last = 0;
        while (read.Step())
        {
            last = read.Integer(0);
            AuditChain.Hash(hash, last, read.Bytes(1), read.Bytes(2), read.Bytes(3), read.Bytes(4), hash);
            write.Bind(1, last).BindText(2, read.Bytes(1)).BindText(3, read.Bytes(2)).BindText(4, read.Bytes(3)).BindText(5, read.Bytes(4)).Bind(6, hash).Run();
        }
        head.Bind(1, last).Bind(2, hash).Run();
        // Statements hold their tables until they are done with.
        read.Reset();
        database.Execute(Triggers);
    }
}
