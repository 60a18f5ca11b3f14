"""python -m iron_cage audit: the chain is verified, exported and pruned while the store is in use, and what was changed is found."""
import csv
import hashlib
import io
import json
import re
import sqlite3
import struct
import subprocess
import sys

import httpx
import pytest

import iron_cage
from iron_cage import Protection, SafetyConfig
from iron_cage.testing import ProviderSimulator

MAIL, CARD = "jane.doe@example.co.uk", "4111 1111 1111 1111"


def run(*arguments, code=0):
    done = subprocess.run([sys.executable, "-m", "iron_cage", "audit", *map(str, arguments)], capture_output=True)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def store(tmp_path):
    """The trail of some calls with personal data, of two agents; still open in this process."""
    path = tmp_path / "audit ü.db"
    with ProviderSimulator() as sim:
        for agent in ("one", "zwei-ü"):
            protection = Protection(agent_id=agent, state=f"sqlite:///{path}", budget_usd=1, safety=SafetyConfig(actions={"CREDIT_CARD": "warn"}))
            with protection, httpx.Client() as client:
                for stream in (False, True):
                    body = {"model": "gpt-4o-mini", "max_tokens": 50, "stream": stream, "messages": [{"role": "user", "content": f"write to {MAIL}, card {CARD}"}]}
                    client.post(f"{sim.base_url}/chat/completions", json=body).read()
            protection.close()
    iron_cage._engine.at_exit()
    return path


def rows(store):
    with sqlite3.connect(store) as database:
        return database.execute("select id, agent_id, event_type, timestamp, details, hash from audit_events order by id").fetchall()


def chained(previous, entry, *texts):
    """As ironcage.h describes it, by another implementation."""
    sha = hashlib.sha256(b"IRONCAGE-AUDIT-1" + previous + struct.pack(">q", entry))
    for text in texts:
        data = text.encode()
        sha.update(struct.pack(">q", len(data)) + data)
    return sha.digest()


def tamper(store, *statements):
    with sqlite3.connect(store) as database:
        for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {trigger}")
        for statement in statements:
            database.execute(statement)


def test_the_chain_is_what_the_header_says(store):
    previous = bytes(32)
    found = rows(store)
    assert [row[0] for row in found] == list(range(1, len(found) + 1)) and len(found) >= 12
    for row in found:
        previous = chained(previous, *row[:5])
        assert previous == row[5]
    out, _ = run("verify", store)
    assert out.startswith(f"intact: {len(found)} entries\nhead: {len(found)}:{previous.hex()}\n")
    assert json.loads(run("verify", "--json", f"sqlite:///{store}")[0]) == {
        "intact": True, "entries": len(found), "head": f"{len(found)}:{previous.hex()}", "checkpoint": None, "fault": None,
    }


@pytest.mark.parametrize("statement, kind, entry", [
    ("update audit_events set details = replace(details, '{', '{ ') where id = 4", "changed", 4),
    ("update audit_events set timestamp = '2020-01-01T00:00:00.000000Z' where id = 1", "changed", 1),
    ("delete from audit_events where id in (5, 6)", "removed", 5),
    ("delete from audit_events where id > 8", "truncated", 9),
    ("update audit_events set id = id + 100 where id = 3", "removed", 3),
])
def test_what_was_changed_is_named(store, statement, kind, entry):
    tamper(store, statement)
    out, _ = run("verify", store, code=1)
    assert out.startswith(f"BROKEN at entry {entry} ({kind}): ")
    found = json.loads(run("verify", "--json", store, code=1)[0])
    assert (found["intact"], found["entries"], found["fault"]["entry"], found["fault"]["kind"]) == (False, entry - 1, entry, kind)
    out, _ = run("prune", "--older-than", 0, store, code=1)
    assert "BROKEN" in out and "0 entries removed" in out


def test_a_noted_head_finds_what_was_cut_off_with_its_traces(store):
    head = json.loads(run("verify", "--json", store)[0])["head"]
    assert run("verify", "--head", head, store)[0].startswith("intact")
    tamper(store, "delete from audit_events where id > 8", "update audit_chain set entry = 8, hash = (select hash from audit_events where id = 8)")
    assert run("verify", store)[0].startswith("intact: 8 entries")
    for given in (head, head.partition(":")[2]):
        assert "is not in the chain" in run("verify", "--head", given, store, code=1)[0]


def test_json_lines_and_csv_hold_every_entry(store):
    expected = rows(store)
    lines = [json.loads(line) for line in run("export", store)[0].splitlines()]
    assert [(e["id"], e["agent_id"], e["event_type"], e["timestamp"], e["details"], e["hash"]) for e in lines] == [
        (*row[:4], json.loads(row[4]), row[5].hex()) for row in expected
    ]
    table = list(csv.reader(io.StringIO(run("export", "--csv", store)[0], newline="")))
    assert table[0] == ["id", "agent_id", "event_type", "timestamp", "details", "hash"]
    assert table[1:] == [[str(row[0]), *row[1:5], row[5].hex()] for row in expected]


def test_filters(store):
    everything = rows(store)
    ids = lambda *arguments: [json.loads(line)["id"] for line in run("export", *arguments, store)[0].splitlines()]  # noqa: E731
    assert ids("--agent", "zwei-ü") == [row[0] for row in everything if row[1] == "zwei-ü"]
    assert ids("--event", "call.settled") == [row[0] for row in everything if row[2] == "call.settled"]
    assert ids("--event", "call.*", "--agent", "one") == [row[0] for row in everything if row[2].startswith("call.") and row[1] == "one"]
    moment = everything[5][3]
    assert ids("--since", moment) == [row[0] for row in everything if row[3] >= moment]
    assert ids("--until", moment) == [row[0] for row in everything if row[3] < moment]
    assert ids("--since", "2999-01-01") == []


def test_retention_leaves_a_trail_that_verifies_and_tells_of_it(store):
    before = rows(store)
    out, _ = run("prune", "--older-than", 0, store)
    last = before[-1]
    assert out == f"{len(before)} entries removed; the rest verifies from {last[0]}:{last[5].hex()}\n"
    (left,) = rows(store)
    assert (left[0], left[2], json.loads(left[4])["checkpoint"]) == (last[0] + 1, "audit.pruned", {"entry": last[0], "hash": last[5].hex()})
    assert chained(last[5], *left[:5]) == left[5]
    assert f"the first behind {last[0]}, up to which they were pruned" in run("verify", store)[0]
    assert run("prune", "--before", "2026-01-01", "--json", store)[0].startswith('{\n  "entries": 0,')


def test_nothing_that_was_said_is_in_the_trail_or_its_exports(store, tmp_path):
    trail = json.dumps([[str(value) for value in row] for row in rows(store)])
    assert "pii.found" in trail and "call.settled" in trail
    exports = run("export", store)[0] + run("export", "--csv", store)[0]
    run("prune", "--older-than", 0, store)
    for value in (MAIL, "jane.doe", CARD, CARD.replace(" ", ""), "write to"):
        assert value not in trail and value not in exports
        assert all(value.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    last = re.compile(rf"(?<![0-9a-f]){CARD[-4:]}(?![0-9a-f])")  # hashes are full of digits
    assert not last.search(trail) and not last.search(exports)


def test_wrong_usage_is_2_and_says_what_is_right(store, tmp_path):
    missing = tmp_path / "none.db"
    for arguments, said in [
        (("verify", missing), "there is no store"),
        (("verify", f"sqlite:///{missing}"), "there is no store"),
        (("export", "memory"), "no audit trail"),
        (("verify", "--head", "abc", store), "64 lower-case hexadecimal digits"),
        (("export", "--since", "soon", store), "since: must be an instant"),
        (("prune", store), "--before --older-than"),
        (("prune", "--older-than", "-1", store), "older_than_days: must be a number from 0 to 36500"),
        (("prune", "--before", "2999-01-01", store), "must not lie in the future"),
        (("verify",), "STATE"),
        ((), "VERB"),
    ]:
        assert said in run(*arguments, code=2)[1], arguments
    assert not missing.exists()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("create table theirs(x)")
    assert "not an Iron Cage store" in run("verify", other, code=2)[1]


def test_a_reader_that_leaves_is_no_error(store):
    with subprocess.Popen([sys.executable, "-m", "iron_cage", "audit", "export", str(store)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait(60) == 0 and process.stderr.read() == b""
