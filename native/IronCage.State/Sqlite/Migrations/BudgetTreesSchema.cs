namespace IronCage.State;

/// <summary>Version 2: windows, trees, top-ups and history of budgets, and spend by attribution.</summary>
internal static class BudgetTreesSchema
{
    // What was settled before is taken over from the audit trail, with the host in place of the provider, which it does not name. Holds that expired have no agent there.
    public const string Sql = """
        CREATE TABLE IF NOT EXISTS tokens(
            tenant TEXT NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            key_id TEXT NOT NULL,
            sealed BLOB NOT NULL, -- AES-256-GCM: format, nonce, ciphertext, tag
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (tenant, name)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE budgets ADD COLUMN extra_pico INTEGER NOT NULL DEFAULT 0; -- top-ups of the current window
        ALTER TABLE budgets ADD COLUMN window TEXT NOT NULL DEFAULT 'total';
        ALTER TABLE budgets ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';
        ALTER TABLE budgets ADD COLUMN period_start INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE budgets ADD COLUMN period_end INTEGER NOT NULL DEFAULT 9223372036854775807;
        ALTER TABLE budgets ADD COLUMN parent TEXT REFERENCES budgets(name);
        ALTER TABLE budgets ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1));
        ALTER TABLE holds ADD COLUMN attribution INTEGER REFERENCES attributions(id); -- to whom it is reported if it expires
        ALTER TABLE holds ADD COLUMN expired_at INTEGER;
        CREATE INDEX open_holds ON holds(owner) WHERE state = 0;
        UPDATE holds SET expired_at = created_at WHERE state = 1;
        CREATE TABLE budget_events(
            id INTEGER PRIMARY KEY,
            budget TEXT NOT NULL REFERENCES budgets(name),
            at INTEGER NOT NULL,
            kind INTEGER NOT NULL, -- 0 opened, 1 limit, 2 top-up, 3 frozen, 4 unfrozen, 5 window ended
            amount_pico INTEGER,
            note TEXT NOT NULL,
            change_id BLOB CHECK (change_id IS NULL OR length(change_id) = 16)
        ) STRICT;
        CREATE INDEX events_of_budget ON budget_events(budget, id);
        CREATE UNIQUE INDEX change_of_budget ON budget_events(budget, change_id, kind) WHERE change_id IS NOT NULL;
        INSERT INTO budget_events(budget, at, kind, amount_pico, note) SELECT name, created_at, 0, limit_pico, '' FROM budgets;
        CREATE TABLE attributions(
            id INTEGER PRIMARY KEY,
            agent TEXT NOT NULL,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            project TEXT NOT NULL,
            tags TEXT NOT NULL, -- sorted, one a line
            UNIQUE (agent, provider, model, project, tags)
        ) STRICT;
        CREATE TABLE spend(
            hour INTEGER NOT NULL, -- since 1970 UTC
            attribution INTEGER NOT NULL REFERENCES attributions(id),
            calls INTEGER NOT NULL,
            estimated INTEGER NOT NULL,
            overbilled INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cost_pico INTEGER NOT NULL,
            PRIMARY KEY (hour, attribution)
        ) STRICT, WITHOUT ROWID;
        -- Of a call that several protections told, or that was settled after it had expired, one entry counts: the first that settled it, else the first that expired it.
        CREATE TEMP TABLE told AS
            SELECT id, event_type AS type, coalesce(replace(json_extract(details, '$.call'), '-', ''), id) AS call
            FROM audit_events WHERE event_type IN ('call.settled', 'hold.expired') AND json_valid(details);
        CREATE TEMP TABLE settled AS
            SELECT e.agent_id AS agent, coalesce(json_extract(e.details, '$.host'), '') AS provider, coalesce(json_extract(e.details, '$.model'), '') AS model,
                CAST(strftime('%s', e.timestamp) AS INTEGER) / 3600 AS hour,
                CASE t.type WHEN 'call.settled' THEN coalesce(json_extract(e.details, '$.estimated'), 0) ELSE 1 END AS estimated,
                coalesce(json_extract(e.details, '$.input_tokens'), 0) AS input, coalesce(json_extract(e.details, '$.output_tokens'), 0) AS output,
                coalesce(json_extract(e.details, CASE t.type WHEN 'call.settled' THEN '$.cost_pico' ELSE '$.actual_pico' END), 0) AS cost, 1 AS calls
            FROM (SELECT call, type, min(id) AS id FROM told GROUP BY call, type) t JOIN audit_events e ON e.id = t.id
            WHERE t.type = 'call.settled' OR t.call NOT IN (SELECT call FROM told WHERE type = 'call.settled');
        INSERT INTO attributions(agent, provider, model, project, tags) SELECT DISTINCT agent, provider, model, '', '' FROM settled;
        INSERT INTO spend
            SELECT s.hour, a.id, sum(s.calls), sum(s.estimated * s.calls), 0, sum(s.input), 0, sum(s.output), sum(s.cost)
            FROM settled s JOIN attributions a ON a.agent = s.agent AND a.provider = s.provider AND a.model = s.model
            GROUP BY s.hour, a.id;
        DROP TABLE settled;
        DROP TABLE told;
        """;
}
