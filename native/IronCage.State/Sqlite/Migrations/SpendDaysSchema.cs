namespace IronCage.State;

/// <summary>Version 4: sums of days beside those of hours, so that a report over years reads few rows.</summary>
internal static class SpendDaysSchema
{
    public const string Sql = """
        CREATE TABLE spend_days(
            day INTEGER NOT NULL, -- since 1970 UTC; each is the sum of its hours in spend
            attribution INTEGER NOT NULL REFERENCES attributions(id),
            calls INTEGER NOT NULL,
            estimated INTEGER NOT NULL,
            overbilled INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cost_pico INTEGER NOT NULL,
            PRIMARY KEY (day, attribution)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO spend_days
            SELECT hour / 24, attribution, sum(calls), sum(estimated), sum(overbilled), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost_pico)
            FROM spend GROUP BY hour / 24, attribution;
        """;
}
