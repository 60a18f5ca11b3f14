namespace IronCage.State;

/// <summary>Version 6: circuits that the users of the file share.</summary>
internal static class CircuitsSchema
{
    public const string Sql = """
        CREATE TABLE circuits(
            key TEXT PRIMARY KEY, -- host[:port]|model
            is_open INTEGER NOT NULL,
            until INTEGER NOT NULL, -- when the next probe is allowed; of one that closed: when
            probed_until INTEGER NOT NULL, -- whoever has the probe has it until then; 0: nobody
            probed_by TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            change INTEGER NOT NULL -- counts over all circuits
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX circuits_by_change ON circuits(change);
        INSERT INTO meta(key, value) VALUES('circuit_changes', '0');
        """;
}
