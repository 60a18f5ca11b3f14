namespace IronCage.State;

/// <summary>Version 5: what was billed above its hold, one by one.</summary>
internal static class OverrunsSchema
{
    public const string Sql = """
        CREATE TABLE overruns(
            id INTEGER PRIMARY KEY,
            budget TEXT NOT NULL REFERENCES budgets(name), -- one row for each on the path of the hold
            at INTEGER NOT NULL,
            attribution INTEGER REFERENCES attributions(id),
            held_pico INTEGER NOT NULL,
            billed_pico INTEGER NOT NULL CHECK (billed_pico > held_pico)
        ) STRICT;
        CREATE INDEX overruns_of_budget ON overruns(budget, id);
        """;
}
