namespace IronCage.State;

/// <summary>Version 8: uses of tools that wait for approval.</summary>
internal static class ApprovalsSchema
{
    public const string Sql = """
        CREATE TABLE approvals(
            id TEXT PRIMARY KEY,
            agent TEXT NOT NULL,
            request TEXT NOT NULL,
            until INTEGER NOT NULL,
            decided INTEGER NOT NULL DEFAULT 0 CHECK (decided IN (0, 1)),
            denied TEXT -- why; null where it is approved
        ) STRICT;
        """;
}
