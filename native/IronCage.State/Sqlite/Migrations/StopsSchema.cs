namespace IronCage.State;

/// <summary>Version 7: agents that were stopped by hand.</summary>
internal static class StopsSchema
{
    public const string Sql = """
        CREATE TABLE stops(
            agent TEXT PRIMARY KEY,
            reason TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        """;
}
