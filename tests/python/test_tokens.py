"""Tokens: the model sees them, the user and the named tools see values; the same value has the same token everywhere, and a key opens what it sealed."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading

import httpx
import pytest

import iron_cage
from iron_cage import ConfigError, Protection, SafetyConfig
from iron_cage.testing import ProviderSimulator, Reply, ToolCall

MAIL, CARD = "jane.doe@example.co.uk", "4111 1111 1111 1111"
TOKEN = re.compile(r"\[([A-Z_]+)_([A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{15})\]")
OLD, NEW, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))
PROTOCOLS = ("openai", "anthropic")


@pytest.fixture(scope="module", params=PROTOCOLS)
def provider(request):
    with ProviderSimulator(protocol=request.param) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    monkeypatch.delenv("IRON_CAGE_KEY", raising=False)
    monkeypatch.delenv("IRON_CAGE_STATE", raising=False)


def protect(*, state=None, action="tokenise", agent="tokens", **safety):
    return Protection(safety=SafetyConfig(action=action, **safety), state=state, agent_id=agent)


def ask(sim, text, stream=False, client=None):
    """The raw answer to one user message; what the provider saw is the last of sim.log."""
    path, model = ("/v1/messages", "claude-haiku-4-5") if not sim.base_url.endswith("/v1") else ("/chat/completions", "gpt-4o-mini")
    body = {"model": model, "max_tokens": 400, "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {})}
    with httpx.Client(timeout=60, verify=False) as one:
        return (client or one).post(sim.base_url + path, json=body).content


def seen(sim):
    return sim.log[-1].json["messages"][-1]["content"]


def texts(raw):
    """What an answer says: (text, arguments of the tool calls), whole or streamed, of either protocol."""
    if raw.startswith(b"{"):
        answer = json.loads(raw)
        if "choices" in answer:
            message = answer["choices"][0]["message"]
            return message["content"] or "", [json.loads(call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
        blocks = answer["content"]
        return "".join(b["text"] for b in blocks if b["type"] == "text"), [b["input"] for b in blocks if b["type"] == "tool_use"]
    text, arguments = "", {}
    for line in raw.split(b"\n"):
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        for choice in event.get("choices") or ():
            text += choice["delta"].get("content") or ""
            for call in choice["delta"].get("tool_calls") or ():
                arguments[call["index"]] = arguments.get(call["index"], "") + (call["function"].get("arguments") or "")
        delta = event.get("delta") or {}
        if delta.get("type") == "text_delta":
            text += delta["text"]
        elif delta.get("type") == "input_json_delta":
            arguments[event["index"]] = arguments.get(event["index"], "") + delta["partial_json"]
    return text, [json.loads(arguments[index] or "{}") for index in sorted(arguments)]


def token_of(protection, sim, value=MAIL):
    with protection:
        ask(sim, value)
    return seen(sim)


# What the model sees, and what comes back.


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_the_model_sees_tokens_and_the_user_sees_values(provider, stream):
    protection = protect()
    with protection:
        said, _ = texts(ask(provider, f"Write to {MAIL}, pay with {CARD}.", stream))
    sent = seen(provider)
    assert [kind for kind, _ in TOKEN.findall(sent)] == ["EMAIL", "CREDIT_CARD"]
    assert MAIL not in provider.log[-1].body.decode() and "1111" not in provider.log[-1].body.decode()
    assert f"Write to {MAIL}, pay with {CARD}." in said  # the simulator repeats what it was told
    assert [(f.kind, f.action, f.direction) for f in protection.report().pii_findings] == [("EMAIL_ADDRESS", "tokenise", "input"), ("CREDIT_CARD", "tokenise", "input")]


def test_the_same_value_has_the_same_token_in_every_turn_and_protection(provider):
    first, second = protect(agent="one"), protect(agent="two")
    tokens = {token_of(p, provider) for p in (first, second, first)}
    assert len(tokens) == 1
    token = tokens.pop()
    assert first.restore(token) == second.restore(token) == iron_cage.restore(token) == MAIL
    with first:  # what came back goes out as what it was
        said, _ = texts(ask(provider, f"again {MAIL}"))
        assert MAIL in said and token in seen(provider)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_only_the_named_tools_get_values(provider, stream):
    protection = protect(restore_in=["answer", "tool:send_email"])
    token = token_of(protection, provider)
    assert TOKEN.fullmatch(token)
    arguments = {"to": token, "note": f"<{token}> \"quoted\" \\ {token}", "deep": [{"cc": token}]}
    provider.script([Reply(content=f"Sending to {token}.", tool_calls=[ToolCall("send_email", arguments), ToolCall("log", arguments)])])
    with protection:
        said, (sending, logging) = texts(ask(provider, "go", stream))
    assert said == f"Sending to {MAIL}."
    assert sending == json.loads(json.dumps(arguments).replace(token, MAIL))
    assert logging == arguments


def test_a_value_with_quotes_and_new_lines_comes_back_whole_in_arguments(provider):
    pem = "-----BEGIN PRIVATE " + "KEY-----\n" + "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2 for _ in range(4)) + "\n-----END PRIVATE " + "KEY-----"
    protection = protect(restore_in=["tool:deploy"])
    token = token_of(protection, provider, pem)
    assert TOKEN.fullmatch(token)
    for stream in (False, True):
        provider.script([Reply(content="x", tool_calls=[ToolCall("deploy", {"key": token})])])
        with protection:
            assert texts(ask(provider, "go", stream))[1] == [{"key": pem}]
    # The arguments come back with the next turn: the same value, the same token.
    with protection:
        if "chat" in provider.log[-1].path:
            history = [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "deploy", "arguments": json.dumps({"key": pem})}}]}, {"role": "tool", "tool_call_id": "c", "content": "ok"}]
            with httpx.Client(verify=False) as client:
                client.post(provider.base_url + "/chat/completions", json={"model": "gpt-4o-mini", "max_tokens": 9, "messages": history})
            assert json.loads(provider.log[-1].json["messages"][1]["tool_calls"][0]["function"]["arguments"]) == {"key": token}


def test_a_stream_cut_at_every_byte_is_the_uncut_one(provider):
    protection = protect(restore_in=["answer", "tool:send_email"])
    token = token_of(protection, provider)
    card = token_of(protection, provider, CARD)
    lower = "\\[" + token[1:-1].lower().replace("_", "\\_") + "\\]"  # as Markdown has it
    reply = Reply(content=f"Grüße 😀 {token}, [EMAIL_KJ7Q2ZP4M0XNT5W] [A] {lower}{card}! [", chunk_size=7,
                  tool_calls=[ToolCall("send_email", {"to": token, "cc": [card, "x"]}), ToolCall("other", {"to": token})])
    with protection:
        provider.script([reply])
        uncut = texts(ask(provider, "go", stream=True))
        assert uncut == (f"Grüße 😀 {MAIL}, [EMAIL_KJ7Q2ZP4M0XNT5W] [A] {MAIL}{CARD}! [", [{"to": MAIL, "cc": [CARD, "x"]}, {"to": token}])
        length = len(provider.log[-1].response_body)
        step = 1 if os.environ.get("IRON_CAGE_LONG") == "1" else 7
        with httpx.Client(timeout=60, verify=False) as client:
            for cut in range(1, length, step):
                provider.script([Reply(**{**reply.__dict__, "cut_at": cut})])
                assert texts(ask(provider, "go", stream=True, client=client)) == uncut, cut


def test_where_nothing_is_to_come_back_nothing_does(provider):
    protection = protect(restore_in=[])
    token = token_of(protection, provider)
    with protection:
        for stream in (False, True):
            assert token in texts(ask(provider, MAIL, stream))[0]
    with pytest.raises(ConfigError, match="restore_in: .*answer"):
        protection.restore(token)
    with pytest.raises(ConfigError, match="where: "):
        protection.restore(token, "nowhere")


def test_a_value_that_the_model_says_itself_becomes_a_token_too(provider):
    protection = protect()
    for stream in (False, True):
        provider.script([Reply(content=f"Ask {MAIL}, he knows.")])
        with protection:
            said, _ = texts(ask(provider, "who", stream))
        assert TOKEN.search(said) and MAIL not in said
        assert protection.restore(said) == f"Ask {MAIL}, he knows."


# Hash, mask, and actions of kinds and groups.


def test_each_kind_and_group_has_its_action(provider):
    protection = protect(action="redact", actions={"personal": "hash", "CREDIT_CARD": "mask", "secret": "block", "IP_ADDRESS": "ignore"})
    with protection:
        ask(provider, f"{MAIL} {CARD} 8.8.8.8")
        sent = seen(provider)
        assert re.fullmatch(r"\[EMAIL_HASH_[A-HJKMNP-TV-Z][0-9A-Z]{15}\] \*{4} \*{4} \*{4} 1111 8\.8\.8\.8", sent)
        ask(provider, sent)
        assert seen(provider) == sent  # nothing is found in any of these
    assert protection.restore(sent) == sent  # nobody turns a hash back
    with pytest.raises(iron_cage.PiiBlocked):
        with protection:
            ask(provider, "AKIA" + "Q7Z2M4X7K3N5P3R6")


@pytest.mark.parametrize("key", [None, OLD])
def test_hashes_are_stable_and_differ_by_key(provider, key):
    one, other = (token_of(protect(action="hash", agent=name, key=key), provider) for name in "ab")
    assert one == other
    assert token_of(protect(action="hash", key=NEW), provider) != one
    assert token_of(protect(key=key), provider).split("_")[-1] != one.split("_")[-1]


@pytest.mark.parametrize("options, says", [
    (dict(actions={"EMAIL": "mask"}), "safety=SafetyConfig.actions: 'EMAIL' is neither a group nor a kind; groups are personal, national, secret, own"),
    (dict(actions={"personal": "encrypt"}), r"safety=SafetyConfig.actions\[personal\]: must be one of redact, mask, hash, tokenise"),
    (dict(key="00" * 31), "safety=SafetyConfig.key: must be 32 bytes"),
    (dict(key=b"short"), "key: 32 bytes, or their base64"),
    (dict(key=[]), "safety=SafetyConfig.key: must be 32 bytes"),
    (dict(key=[OLD, "nonsense-4711"]), "safety=SafetyConfig.key: must be 32 bytes"),
    (dict(tenant=""), "safety=SafetyConfig.tenant: must be"),
    (dict(restore_in=["tools"]), 'safety=SafetyConfig.restore_in: must be an array of "answer" and "tool:NAME"'),
    (dict(restore_in="answer"), "restore_in: a list of strings"),
])
def test_a_wrong_option_is_refused_at_the_door(options, says):
    with pytest.raises(ConfigError, match=says) as refused:
        protect(**options)
    assert "nonsense-4711" not in str(refused.value) and "short" not in str(refused.value)


def test_a_key_is_never_shown():
    assert "key" not in repr(SafetyConfig(key=OLD))


def test_keys_are_texts_or_bytes_and_come_from_the_environment(provider, monkeypatch):
    import base64

    plain = token_of(protect(key=OLD), provider)
    for spelled in (OLD.hex(), base64.b64encode(OLD).decode(), base64.urlsafe_b64encode(OLD).decode().rstrip("="), [OLD, NEW]):
        assert token_of(protect(key=spelled), provider) == plain
    monkeypatch.setenv("IRON_CAGE_KEY", f"{OLD.hex()}, {NEW.hex()}")
    assert token_of(protect(), provider) == plain
    assert iron_cage.restore(plain) == MAIL
    monkeypatch.setenv("IRON_CAGE_KEY", "nonsense")
    with pytest.raises(ConfigError, match="IRON_CAGE_KEY: must be 32 bytes"):
        protect()


# Tenants, keys, stores.


def test_tenants_have_nothing_to_do_with_each_other(provider, tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    one, other = (protect(state=state, key=OLD, tenant=name, agent=name) for name in ("acme", "globex"))
    ours, theirs = token_of(one, provider), token_of(other, provider)
    assert ours != theirs
    assert one.restore(f"{ours} {theirs}") == f"{MAIL} {theirs}"
    with other:
        assert ours in texts(ask(provider, f"what is {ours}?"))[0]


def test_durable_tokens_need_a_key(tmp_path):
    with pytest.raises(ConfigError, match="key: tokens in a durable store need one"):
        protect(state=f"sqlite:///{tmp_path}/t.db")
    with pytest.raises(ConfigError, match="key: tokens in a durable store need one"):
        protect(action="redact", actions={"CREDIT_CARD": "tokenise"}, state=f"sqlite:///{tmp_path}/t.db")
    protect(action="hash", state=f"sqlite:///{tmp_path}/t.db")


def rows(path):
    with sqlite3.connect(path) as database:
        return database.execute("select tenant, name, kind, key_id, sealed from tokens order by name").fetchall()


def test_the_store_holds_no_value(provider, tmp_path):
    protection = protect(state=f"sqlite:///{tmp_path}/t.db", key=OLD)
    token = token_of(protection, provider)
    assert [(tenant, f"[{name}]", kind) for tenant, name, kind, _, _ in rows(tmp_path / "t.db")] == [("", token, "EMAIL_ADDRESS")]
    protection.close()
    iron_cage._engine.at_exit()
    for file in tmp_path.iterdir():
        assert b"jane.doe" not in file.read_bytes() and OLD not in file.read_bytes()


def test_a_new_key_seals_and_old_ones_open(provider, tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    old = token_of(protect(state=state, key=OLD), provider)
    other = token_of(protect(state=state, key=OLD), provider, "other@example.org")
    rotated = protect(state=state, key=[NEW, OLD])
    new = token_of(rotated, provider)
    assert new != old and rotated.restore(old + new) == MAIL + MAIL
    with rotated:
        assert MAIL in texts(ask(provider, f"what is {old}?"))[0]
    iron_cage._engine.at_exit()  # what was opened with the old key is sealed with the new one by now
    alone = protect(state=state, key=NEW)
    assert alone.restore(f"{old} {new} {other}") == f"{MAIL} {MAIL} {other}"


def test_with_a_wrong_key_tokens_stay_and_a_warning_says_so(provider, tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    token = token_of(protect(state=state, key=OLD), provider)
    wrong = protect(state=state, key=OTHER)
    assert wrong.restore(token) == token
    with wrong:
        for stream in (False, True):
            assert token in texts(ask(provider, f"what is {token}?", stream))[0]
    assert [e["message"] for e in wrong.events() if e["kind"] == "pii.not_restored"] == ["a token was sealed with a key that this protection does not have, and stays"]


RESTART = """
import sys
sys.path[:] = %r
import httpx
from iron_cage import Protection, SafetyConfig, restore
protection = Protection(safety=SafetyConfig(action="tokenise", key=bytes([1]) * 32), state=sys.argv[1], agent_id="again")
print(protection.restore(sys.argv[2]))
"""


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code % (sys.path,), *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_process_restores_and_makes_the_same_tokens(provider, tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    token = token_of(protect(state=state, key=OLD), provider)
    assert run(RESTART, state, f"to {token}") == f"to {MAIL}"


def test_a_damaged_row_stays_a_token_and_is_healed_by_its_value(provider, tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    token = token_of(protect(state=state, key=OLD), provider)
    iron_cage._engine.at_exit()
    for damage in ("x'00'", "x''", "zeroblob(1000)", "substr(sealed, 1, 20) || x'ff' || substr(sealed, 22)"):
        with sqlite3.connect(tmp_path / "t.db") as database:
            database.execute(f"update tokens set sealed = cast({damage} as blob)")
        assert run(RESTART, state, token) == token
    heal = RESTART + """
from iron_cage.testing import ProviderSimulator
with ProviderSimulator() as sim, httpx.Client(verify=False) as client, protection:
    client.post(sim.base_url + "/chat/completions", json={"model": "gpt-4o-mini", "max_tokens": 9, "messages": [{"role": "user", "content": sys.argv[3]}]})
    print(protection.restore(sys.argv[2]))
"""
    assert run(heal, state, token, MAIL).split() == [token, MAIL]
    assert run(RESTART, state, token) == MAIL


KILLED = """
import sys
sys.path[:] = %r
import httpx
from iron_cage import Protection, SafetyConfig, _engine
_engine.add_hosts(sys.argv[2] + "=openai")
with Protection(safety=SafetyConfig(action="tokenise", key=bytes([1]) * 32), state=sys.argv[1], agent_id="killed"), httpx.Client(verify=False, timeout=60) as client:
    client.post("http://" + sys.argv[2] + "/v1/chat/completions", json={"model": "gpt-4o-mini", "max_tokens": 9, "messages": [{"role": "user", "content": sys.argv[3]}]})
"""


def test_a_token_that_the_provider_saw_outlives_a_kill(tmp_path):
    """Killed while the provider has the request and has not answered: whatever it was sent can be turned back."""
    state = f"sqlite:///{tmp_path}/t.db"
    arrived = threading.Event()
    sent = []

    def answer(request):
        sent.append(request.json["messages"][0]["content"])
        arrived.set()
        return Reply(content="late", delay=30)

    with ProviderSimulator(answer) as sim:
        host = sim.base_url.split("/")[2]
        for n in range(3):
            arrived.clear()
            child = subprocess.Popen([sys.executable, "-c", KILLED % (sys.path,), state, host, f"mail {n}.{MAIL}"])
            assert arrived.wait(60)
            child.send_signal(signal.SIGKILL)
            child.wait()
            assert protect(state=state, key=OLD).restore(sent[n]) == f"mail {n}.{MAIL}"


def test_64_threads_share_tokens_and_lose_none(tmp_path):
    state = f"sqlite:///{tmp_path}/t.db"
    wrong = []
    with ProviderSimulator() as sim:
        protection = protect(state=state, key=OLD)

        def work(number):
            with httpx.Client(timeout=60, verify=False) as client:
                for turn in range(4):
                    text = f"mails user{number % 8}.{turn}@example.org and user{number}@example.net"
                    said, _ = texts(ask(sim, text, stream=turn % 2 == 1, client=client))
                    if text not in said:
                        wrong.append(said)

        with protection:
            threads = [threading.Thread(target=work, args=(n,)) for n in range(64)]
            [t.start() for t in threads]
            [t.join() for t in threads]
        assert not wrong
        assert not any(b"@example" in exchange.body for exchange in sim.log)
    assert len(rows(tmp_path / "t.db")) == 8 * 4 + 64
    assert len({kid for *_, kid, _ in rows(tmp_path / "t.db")}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
@pytest.mark.parametrize("durable", [False, True], ids=["memory", "sqlite"])
def test_a_forked_child_goes_on_with_the_tokens(provider, tmp_path, durable):
    protection = protect(state=f"sqlite:///{tmp_path}/t.db", key=OLD) if durable else protect()
    token = token_of(protection, provider)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            again = token_of(protection, provider)  # the simulator's log is the parent's
            own = "child@example.org"
            with protection:
                said, _ = texts(ask(provider, own))
            told = [protection.restore(token), iron_cage.restore(token) if not durable else MAIL, said.endswith(own)]
        except BaseException as error:
            told = [repr(error), str(again)]
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert json.loads(pipe.read()) == [MAIL, MAIL, True]
    os.waitpid(child, 0)
    assert [e.json["messages"][-1]["content"] for e in provider.log[-2:]][0] == token
    if durable:
        assert protection.restore(seen(provider)) == "child@example.org"
    assert protection.restore(token) == MAIL


# The audit trail.


@pytest.mark.parametrize("key", [None, OLD])
def test_the_audit_trail_keeps_kind_place_digest_action_and_time(provider, tmp_path, key):
    protection = protect(action="redact", actions={"CREDIT_CARD": "warn"}, state=f"sqlite:///{tmp_path}/a.db", key=key)
    for _ in range(2):
        with protection:
            ask(provider, f"é {MAIL} {CARD}")
    iron_cage._engine.at_exit()
    with sqlite3.connect(tmp_path / "a.db") as database:
        found = [(when, json.loads(details)) for when, details in database.execute("select timestamp, details from audit_events where event_type = 'pii.found'")]
    inputs = [details for _, details in found if details["direction"] == "input"]
    assert len(inputs) == 2 and all(re.match(r"\d{4}-\d\d-\d\dT", when) for when, _ in found)
    mail, card = inputs[0]["findings"]
    assert (mail["kind"], mail["start"], mail["end"], mail["action"]) == ("EMAIL_ADDRESS", 2, 2 + len(MAIL), "redact")
    assert (card["kind"], card["action"], inputs[0]["kinds"]) == ("CREDIT_CARD", "warn", {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 1})
    assert re.fullmatch("[0-9a-f]{16}", mail["digest"]) and mail["digest"] != card["digest"]
    assert inputs[0]["findings"] == inputs[1]["findings"]  # the same value has the same digest
    protection.close()
    for file in tmp_path.iterdir():
        assert b"jane.doe" not in file.read_bytes() and CARD.encode() not in file.read_bytes()


def test_what_came_back_is_audited_by_kind_and_place(provider, tmp_path):
    protection = protect(state=f"sqlite:///{tmp_path}/a.db", key=OLD)
    with protection:
        ask(provider, MAIL)
    iron_cage._engine.at_exit()
    with sqlite3.connect(tmp_path / "a.db") as database:
        (details,) = database.execute("select details from audit_events where event_type = 'pii.restored'").fetchone()
    assert json.loads(details)["restored"] == [{"kind": "EMAIL_ADDRESS", "place": "answer", "count": 1}]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_no_openssl_is_looked_for(tmp_path):
    code = "import sys; sys.path[:] = %r\nfrom iron_cage import Protection, SafetyConfig\n" \
        "p = Protection(safety=SafetyConfig(action='tokenise', key=bytes(32)), state=sys.argv[1])\np.restore('[EMAIL_KJ7Q2ZP4M0XNT5WA]')\n" \
        "print('libssl' in open('/proc/self/maps').read())"
    assert run(code, f"sqlite:///{tmp_path}/t.db") == "False"
