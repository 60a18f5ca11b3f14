BEGIN TRANSACTION;
CREATE TABLE audit_events(
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
INSERT INTO "audit_events" VALUES(1,'agent-é','pii.found','2026-11-30T08:00:27.570137Z','{"call":"01a22b7833b0704497f2e373d99c009c","model":"gpt-4o-mini","direction":"input","kinds":{"EMAIL_ADDRESS":1},"findings":[{"kind":"EMAIL_ADDRESS","text":1,"start":6,"end":21,"digest":"9427a19cbf3644af","action":"tokenise"}]}');
INSERT INTO "audit_events" VALUES(2,'agent-é','call.allowed','2026-11-30T08:00:27.570338Z','{"call":"01a22b7833b0704497f2e373d99c009c","host":"127.0.0.1:40743","model":"gpt-4o-mini","hold_pico":25350000}');
INSERT INTO "audit_events" VALUES(3,'agent-é','call.settled','2026-11-30T08:00:27.581713Z','{"call":"01a22b7833b0704497f2e373d99c009c","host":"127.0.0.1:40743","model":"gpt-4o-mini","cost_pico":3600000,"estimated":false,"input_tokens":8,"output_tokens":4}');
INSERT INTO "audit_events" VALUES(4,'agent-é','pii.restored','2026-11-30T08:00:27.581969Z','{"call":"01a22b7833b0704497f2e373d99c009c","restored":[{"kind":"EMAIL_ADDRESS","place":"answer","count":1}]}');
INSERT INTO "audit_events" VALUES(5,'agent-é','pii.found','2026-11-30T08:00:27.606759Z','{"call":"01a22b7833d6759a96c82d85d92f637c","model":"gpt-4o-mini","direction":"input","kinds":{"EMAIL_ADDRESS":1},"findings":[{"kind":"EMAIL_ADDRESS","text":1,"start":6,"end":21,"digest":"9427a19cbf3644af","action":"tokenise"}]}');
INSERT INTO "audit_events" VALUES(6,'agent-é','call.allowed','2026-11-30T08:00:27.606825Z','{"call":"01a22b7833d6759a96c82d85d92f637c","host":"127.0.0.1:40743","model":"gpt-4o-mini","hold_pico":25350000}');
INSERT INTO "audit_events" VALUES(7,'agent-é','call.settled','2026-11-30T08:00:27.612885Z','{"call":"01a22b7833d6759a96c82d85d92f637c","host":"127.0.0.1:40743","model":"gpt-4o-mini","cost_pico":3600000,"estimated":false,"input_tokens":8,"output_tokens":4}');
INSERT INTO "audit_events" VALUES(8,'agent-é','pii.restored','2026-11-30T08:00:27.613065Z','{"call":"01a22b7833d6759a96c82d85d92f637c","restored":[{"kind":"EMAIL_ADDRESS","place":"answer","count":1}]}');
INSERT INTO "audit_events" VALUES(9,'solo','call.allowed','2026-11-30T08:00:27.637510Z','{"call":"01a22b7833f5716ebbd2f61037fa5971","host":"127.0.0.1:40743","model":"gpt-4o-mini","hold_pico":21150000}');
INSERT INTO "audit_events" VALUES(10,'solo','call.settled','2026-11-30T08:00:27.640140Z','{"call":"01a22b7833f5716ebbd2f61037fa5971","host":"127.0.0.1:40743","model":"gpt-4o-mini","cost_pico":2850000,"estimated":false,"input_tokens":7,"output_tokens":3}');
INSERT INTO "audit_events" VALUES(11,'agent-é','call.allowed','2026-11-30T08:00:28.004077Z','{"call":"01a22b78356171d1bca0b3b494e97507","host":"127.0.0.1:46793","model":"gpt-4o-mini","hold_pico":22200000}');
INSERT INTO "audit_events" VALUES(12,'','hold.expired','2026-11-30T08:00:33.990874Z','{"budget":"budget:team-a","call":"01a22b78-3561-71d1-bca0-b3b494e97507","held_pico":22200000,"actual_pico":22200000,"owner":"01a22b783526707bb5eb1a5afb3ecc31"}');
INSERT INTO "audit_events" VALUES(13,'agent-é','call.allowed','2026-11-30T08:00:34.050320Z','{"call":"01a22b784d00743f90426d40a1b94ff5","host":"127.0.0.1:44593","model":"gpt-4o-mini","hold_pico":22200000}');
CREATE TABLE budgets(
    name TEXT PRIMARY KEY,
    limit_pico INTEGER CHECK (limit_pico >= 0),
    spent_pico INTEGER NOT NULL CHECK (spent_pico >= 0),
    held_pico INTEGER NOT NULL CHECK (held_pico >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "budgets" VALUES('agent:solo',3000000000000,2850000,0,1796025627540,1796025627642);
INSERT INTO "budgets" VALUES('budget:team-a',50000000000000,29400000,22200000,1796025627528,1796025634050);
CREATE TABLE holds(
    call_id BLOB NOT NULL CHECK (length(call_id) = 16),
    budget TEXT NOT NULL REFERENCES budgets(name),
    owner TEXT NOT NULL,
    amount_pico INTEGER NOT NULL CHECK (amount_pico >= 0),
    created_at INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1)), -- 0 open, 1 expired: booked as spent in full, waiting for a late settlement
    PRIMARY KEY (call_id, budget)
) STRICT, WITHOUT ROWID;
INSERT INTO "holds" VALUES(X'01A22B78356171D1BCA0B3B494E97507','budget:team-a','01a22b783526707bb5eb1a5afb3ecc31',22200000,1796025628004,1);
INSERT INTO "holds" VALUES(X'01A22B784D00743F90426D40A1B94FF5','budget:team-a','01a22b784cc477e982786f6015518cf8',22200000,1796025634050,0);
CREATE TABLE meta(
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE owners(
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "owners" VALUES('01a22b783526707bb5eb1a5afb3ecc31','vm','b51b64d1-cd6a-4e42-841b-2ce82c33431c',29846,1796025627945,1796025629952);
INSERT INTO "owners" VALUES('01a22b784cc477e982786f6015518cf8','vm','b51b64d1-cd6a-4e42-841b-2ce82c33431c',29854,1796025633990,1796025635992);
CREATE TABLE tokens(
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL, -- AES-256-GCM: format, nonce, ciphertext, tag
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "tokens" VALUES('','EMAIL_F6PEN6V7N3ENYFX7','EMAIL_ADDRESS','27a86ab46f7c358f',X'01EA76C79F4DCB2FB1F865766192194EEF02DFA617FDCDFA239AEBBF0084316FAE99DA680CBCBAB23E217416',1796025627570);
COMMIT;
