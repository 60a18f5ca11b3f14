"""Scanner and the functions scan, redact, scan_json: options, external findings, threads, processes, pickles."""
import hashlib
import os
import pickle
import threading

import pytest

import iron_cage
from iron_cage import ConfigError, PiiFinding, SafetyConfig, Scanner, StreamPart, redact, redact_json, scan, scan_json

EMPLOYEE = {"EMPLOYEE_ID": r"\bEMP-\d{6}\b"}


def found(findings, text):
    return [(each.kind, text[each.start:each.end]) for each in findings]


def test_kinds_groups_and_exclusions():
    text = "bob@example.com paid with 4111 1111 1111 1111"
    assert found(scan(text, SafetyConfig(kinds=["personal", "-EMAIL_ADDRESS"])), text) == [("CREDIT_CARD", "4111 1111 1111 1111")]
    assert scan(text, SafetyConfig(kinds=["secret"])) == []
    assert scan(text, SafetyConfig(kinds=[])) == []
    assert len(scan(text)) == 2


def test_own_patterns_with_context_and_score():
    text = "Zoë's id is EMP-123456; XEMP-123456 is none. room 101, 102"
    config = SafetyConfig(kinds=[], patterns=[{"name": "EMPLOYEE_ID", "regex": r"\bEMP-\d{6}\b", "score": 0.7},
                                              {"name": "ROOM", "regex": r"\b\d{3}\b", "context": ["room"]}])
    findings = scan(text, config)
    assert found(findings, text) == [("EMPLOYEE_ID", "EMP-123456"), ("ROOM", "101"), ("ROOM", "102")]
    assert findings[0].score == 0.7 and findings[0].evidence == ("custom",)
    assert set(findings[1].evidence) == {"custom", "context"}
    assert redact("EMP-123456!", SafetyConfig(patterns=EMPLOYEE)) == "[EMPLOYEE_ID_REDACTED]!"


def test_a_pattern_that_makes_backtracking_explode_takes_linear_time():
    scanner = Scanner(SafetyConfig(kinds=[], patterns={"EVIL": r"(a*)*b"}))
    assert scanner.scan("a" * 100_000) == []


def test_dictionaries_deny_and_allow_lists():
    config = SafetyConfig(
        kinds=["EMAIL_ADDRESS"], dictionaries={"PROJECT": ["Blue Falcon", "中文"]}, deny=["secret-word"],
        allow={"values": ["Blue Falcon Two", "ann@example.org"], "domains": ["example.com"], "patterns": [r"test\+.*@example\.org"]})
    text = "blue  FALCON 是中文字 bob@mail.example.com ann@example.org test+1@example.org eve@example.org Secret-Word"
    assert found(scan(text, config), text) == [
        ("PROJECT", "blue  FALCON"), ("PROJECT", "中文"), ("EMAIL_ADDRESS", "eve@example.org"), ("DENIED", "Secret-Word")]


def test_a_large_dictionary():
    scanner = Scanner(SafetyConfig(kinds=[], dictionaries={"CUSTOMER": [f"Customer {n:05x}" for n in range(200_000)]}))
    text = "we sold to customer 0abcd, not to customer zzzzz"
    assert found(scanner.scan(text), text) == [("CUSTOMER", "customer 0abcd")]


def test_min_score():
    text = "bob@example.com EMP-123456"
    config = SafetyConfig(kinds=["EMAIL_ADDRESS"], patterns=[{"name": "EMPLOYEE_ID", "regex": r"EMP-\d{6}", "score": 0.4}], min_score=0.5)
    assert [each.kind for each in scan(text, config)] == ["EMAIL_ADDRESS"]


def test_external_findings_are_merged_by_score_and_length():
    text = "Zoë Smith writes to bob@example.com"
    external = [("PERSON", 0, 9, 0.6), {"kind": "ORG", "start": 20, "end": 35, "score": 0.5}, PiiFinding("GIVEN_NAME", 0, 3, 0.55)]
    findings = Scanner().scan(text, external=external)
    assert found(findings, text) == [("PERSON", "Zoë Smith"), ("EMAIL_ADDRESS", "bob@example.com")]
    assert findings[0].evidence == ("external",)
    assert redact(text, external=external) == "[PERSON_REDACTED] writes to [EMAIL_REDACTED]"


@pytest.mark.parametrize("external, message", [
    ([("PERSON", 0, 99)], r"external\[0\]"), ([("person", 0, 1)], "A-Z"), ([("PERSON", 0, 1, 2.0)], "0 to 1"), ([("PERSON", 0)], "tuple"),
    ([("PERSON", "0", 1)], "whole number"), ([{"kind": "PERSON", "start": 0, "end": 1, "colour": 1}], "colour"), ([7], "PiiFinding"),
])
def test_a_wrong_external_finding_is_named(external, message):
    with pytest.raises(ConfigError, match=message):
        scan("text", external=external)


@pytest.mark.parametrize("options, message", [
    ({"kinds": ["EMAIL"]}, "kinds: 'EMAIL' is not accepted; accepted are"), ({"kinds": "EMAIL_ADDRESS"}, "list of strings"), ({"regions": ["ZZ"]}, "regions: 'ZZ'"),
    ({"min_score": 2}, "min_score: must be a number from 0 to 1"), ({"patterns": {"X": "a"}}, "2 to 63"), ({"patterns": {"XX": r"(a)\1"}}, "backreferences"),
    ({"patterns": {"XX": "a(?=b)"}}, "lookahead"), ({"patterns": [{"name": "XX", "regexp": "a"}]}, "regexp"), ({"patterns": "a"}, "mapping"),
    ({"dictionaries": {"XX": []}}, "1 to 1000000"), ({"deny": "x"}, "mapping"), ({"allow": {"hosts": []}}, "hosts"), ({"allow": {"domains": ["https://x.org"]}}, "host name"),
    ({"max_text_bytes": 0}, "max_text_bytes: must be an integer from 1 to 2000000000"), ({"max_findings": 10**9}, "max_findings: must be an integer from 1 to 100000000"),
    ({"max_findings": 2.5}, "SafetyConfig.max_findings: a whole number"), ({"max_text_bytes": True}, "SafetyConfig.max_text_bytes: a whole number"),
])
def test_a_wrong_option_is_named_with_what_is_accepted(options, message):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        Scanner(SafetyConfig(**options))


def test_scan_json_tells_pointers_and_places():
    body = '{"user/mail":["bob\\u0040example.com"],"ü":{"ann@example.com":1}}'
    findings = scan_json(body)
    assert [(each.kind, each.pointer, each.part, each.start, each.end) for each in findings] == [
        ("EMAIL_ADDRESS", "/user~1mail/0", "value", 0, 15), ("EMAIL_ADDRESS", "/ü/ann@example.com", "name", 0, 15)]
    assert body[findings[0].body_start:findings[0].body_end] == "bob\\u0040example.com"
    assert body[findings[1].body_start:findings[1].body_end] == "ann@example.com"
    data = body.encode()
    assert data[scan_json(data)[1].body_start:scan_json(data)[1].body_end] == b"ann@example.com"
    with pytest.raises(ConfigError, match="JSON document"):
        scan_json("{")


@pytest.mark.parametrize("body, redacted", [
    ('{"a": "Zoë: bob@example.com", "n": [1, 2.50]}', '{"a": "Zoë: [EMAIL_REDACTED]", "n": [1, 2.50]}'), ('["bob\\u0040example.com\\n"]', '["[EMAIL_REDACTED]\\n"]'),
    ('{"card": 4111111111111111}', '{"card": "[CREDIT_CARD_REDACTED]"}'), ('{"bob@example.com": {}}', '{"[EMAIL_REDACTED]": {}}'),
])
def test_redact_json_changes_nothing_else_and_gives_what_it_was_given(body, redacted):
    assert redact_json(body) == redacted and redact_json(redacted) == redacted
    assert redact_json(body.encode()) == redacted.encode()
    assert redact_json(bytearray(body.encode())) == redacted.encode()
    with pytest.raises(ConfigError, match="JSON document"):
        redact_json(body[1:])


@pytest.mark.parametrize("body", ['"\ud800"', "{", ""])
def test_what_is_no_json_is_a_config_error(body):
    for work in (scan_json, redact_json):
        with pytest.raises(ConfigError, match="JSON document|surrogate"):
            work(body)


def test_what_is_beyond_a_limit_is_an_error_that_names_it_and_never_cut():
    scanner = Scanner(SafetyConfig(kinds=["EMAIL_ADDRESS"], max_text_bytes=40, max_findings=2))
    two, three = "a@b.com b@b.com", "a@b.com b@b.com c@b.com"
    assert len(scanner.scan(two)) == 2
    for text, message in ((three, "max_findings: the text has more than 2"), (two + "ü" * 20, "max_text_bytes: the text has 55 bytes, at most 40")):
        for work in (scanner.scan, scanner.redact, lambda text: scanner.scan_json(f'["{text}"]'), lambda text: scanner.redact_json(f'["{text}"]')):
            with pytest.raises(ConfigError, match=message.replace("55", r"\d+")):
                work(text)
        with pytest.raises(ConfigError, match=message):
            scanner.scan(text, external=[("PERSON", 0, 1, 0.1)])
    assert redact("x" * 1_000_000) == "x" * 1_000_000


def test_traffic_beyond_a_limit_is_unscannable(sim, chat, url):
    config = SafetyConfig(max_findings=1, unscannable="deny")
    with iron_cage.Protection(safety=config):
        assert sent(sim, url, chat("bob@example.com")) == "[EMAIL_REDACTED]"
    with pytest.raises(iron_cage.CallDenied, match="max_findings"):
        with iron_cage.Protection(safety=config):
            sent(sim, url, chat("bob@example.com ann@example.com"))
    with iron_cage.Protection(safety=SafetyConfig(max_text_bytes=20, scan_output=False)) as protection:
        assert sent(sim, url, chat("write to bob@example.com")) == "write to bob@example.com"
    assert protection.report().unscannable == 1


STREAMED = "Zoë: bob@example.com, 😀 EMP-123456; card 4111 1111 1111 1111 and ann@example.org"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30, 1000])
def test_a_stream_finds_and_redacts_what_the_whole_text_holds(size):
    scanner = Scanner(SafetyConfig(patterns=EMPLOYEE))
    with scanner.stream() as stream:
        parts = [stream.feed(STREAMED[at:at + size]) for at in range(0, len(STREAMED), size)]
        assert not stream.closed
        parts.append(stream.close())
        assert stream.closed and stream.decided == len(STREAMED)
        assert stream.close() == StreamPart([], "", "")
    assert [finding for part in parts for finding in part.findings] == scanner.scan(STREAMED)
    assert "".join(part.text for part in parts) == STREAMED
    assert "".join(part.redacted for part in parts) == scanner.redact(STREAMED)


@pytest.mark.parametrize("size", [1, 50, 400, 10_000])
def test_a_long_secret_in_a_stream_is_redacted_and_told_once(size):
    body = "\n".join(hashlib.sha512(bytes([line])).hexdigest()[:64] for line in range(60))
    text = f"Zoë: -----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----, bob@example.com"
    scanner = Scanner()
    with scanner.stream() as stream:
        parts = [stream.feed(text[at:at + size]) for at in range(0, len(text), size)]
        parts.append(stream.close())
    assert "".join(part.redacted for part in parts) == scanner.redact(text) == "Zoë: [PRIVATE_KEY_REDACTED], [EMAIL_REDACTED]"
    assert "".join(part.text for part in parts) == text
    assert [finding for part in parts for finding in part.findings] == scanner.scan(text)
    if size == 50:
        assert "".join(part.redacted for part in parts[:20]) == "Zoë: [PRIVATE_KEY_REDACTED]"


def test_a_stream_keeps_little_back_and_goes_on_for_ever():
    scanner = Scanner(SafetyConfig(kinds=["EMAIL_ADDRESS"], max_text_bytes=1000, max_findings=10))
    stream = scanner.stream()
    piece, decided, count = "all is well, says bob@example.com. " * 10, 0, 0
    for number in range(1, 300):
        part = stream.feed(piece)
        count += len(part.findings)
        decided += len(part.text)
        assert decided == stream.decided >= number * len(piece) - 600
    assert count + len(stream.close().findings) == 2990


def test_a_stream_names_what_is_wrong_with_a_piece():
    stream = Scanner(SafetyConfig(kinds=["EMAIL_ADDRESS"], max_text_bytes=100, max_findings=2)).stream()
    with pytest.raises(ConfigError, match="max_text_bytes"):
        stream.feed("x" * 101)
    assert stream.feed("a@b.com . ").findings and not stream.closed
    with pytest.raises(ConfigError, match="max_findings"):
        stream.feed("a@b.com b@b.com c@b.com . ")
    with pytest.raises(ConfigError, match="closed"):
        stream.feed("x")
    with pytest.raises(TypeError, match="Scanner"):
        pickle.dumps(stream)
    with pytest.raises(ConfigError, match="string"):
        Scanner().stream().feed(b"x")


def test_a_part_shows_no_value():
    part = Scanner().stream().close("bob@example.com")
    assert "bob" not in repr(part) and part.text == "bob@example.com"


def test_restore_opens_the_tokens_of_the_configuration(sim, chat, url, tmp_path, monkeypatch):
    monkeypatch.delenv("IRON_CAGE_KEY", raising=False)
    monkeypatch.delenv("IRON_CAGE_STATE", raising=False)
    key, state = bytes(range(32)), f"sqlite:///{tmp_path}/tokens.db"
    config = SafetyConfig(action="tokenise", key=key, tenant="acme")
    with iron_cage.Protection(safety=config, state=state):
        told = sent(sim, url, chat("write to bob@example.com"))
    assert "bob" not in told
    assert Scanner(config).restore(told, state=state) == "write to bob@example.com"
    assert pickle.loads(pickle.dumps(Scanner(config))).restore(told, state=state) == "write to bob@example.com"
    assert Scanner(SafetyConfig(key=key, tenant="other")).restore(told, state=state) == told
    assert Scanner(SafetyConfig(key=bytes(32), tenant="acme")).restore(told, state=state) == told
    assert Scanner().restore(told) == told
    with iron_cage.Protection(safety=SafetyConfig(action="tokenise")):
        told = sent(sim, url, chat("write to ann@example.com"))
    assert Scanner().restore(told) == "write to ann@example.com"
    with pytest.raises(ConfigError, match="key"):
        Scanner(SafetyConfig(key="short")).restore("x")


def test_a_scanner_can_be_pickled_and_shared_by_threads():
    scanner = pickle.loads(pickle.dumps(Scanner(SafetyConfig(kinds=["EMAIL_ADDRESS"], patterns=EMPLOYEE))))
    text = "bob@example.com EMP-123456 " * 50
    expected, wrong = scanner.scan(text), []

    def work():
        for _ in range(50):
            if scanner.scan(text) != expected:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(expected) == 100 and not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_scanner_made_before_a_fork_is_good_in_the_child():
    scanner = Scanner(SafetyConfig(kinds=[], patterns=EMPLOYEE))
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if [each.kind for each in scanner.scan("x EMP-123456")] == ["EMPLOYEE_ID"] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_config_given_again_uses_the_same_scanner():
    from iron_cage import _scanner

    config = SafetyConfig(patterns=EMPLOYEE)
    scan("x", config)
    assert _scanner._of(config) is _scanner._of(config)
    for number in range(20):
        scan("x", SafetyConfig(min_score=number / 20))
    assert len(_scanner._recent) <= _scanner._MOST_RECENT


@pytest.mark.parametrize("keyword", ["pii_detection", "safety"])
def test_a_protection_takes_the_config_and_its_kinds(keyword):
    config = SafetyConfig(kinds=["EMAIL_ADDRESS"], patterns=EMPLOYEE, actions={"EMPLOYEE_ID": "mask"})
    with iron_cage.Protection(**{keyword: config}) as protection:
        assert protection.report().calls == 0


def test_a_wrong_action_names_the_kinds_that_there_are_your_own_too():
    for actions, message in (({"EMPLOYEE": "mask"}, "safety=SafetyConfig.actions: 'EMPLOYEE' is neither.*groups are.*own.*kinds are EMPLOYEE_ID, EMAIL_ADDRESS"),
                             ({"EMPLOYEE_ID": "eat"}, r"safety=SafetyConfig.actions\[EMPLOYEE_ID\]: must be one of redact")):
        with pytest.raises(ConfigError, match=message):
            iron_cage.Protection(safety=SafetyConfig(patterns=EMPLOYEE, actions=actions))


def test_a_protection_names_a_wrong_option_of_the_config():
    with pytest.raises(ConfigError, match="safety=SafetyConfig.*lookahead"):
        iron_cage.Protection(safety=SafetyConfig(patterns={"XX": "(?=a)"}))
    with pytest.raises(ConfigError, match="give one"):
        iron_cage.Protection(safety=SafetyConfig(), pii_detection=SafetyConfig())


def sent(sim, url, body):
    """What of a request's text reaches the provider."""
    import httpx

    httpx.post(url, json=body)
    return sim.log[-1].json["messages"][0]["content"]


def test_traffic_is_scanned_for_what_the_config_says(sim, chat, url):
    text = "EMP-123456 at https://example.org/x wrote to bob@example.com, ann@example.net, 4111 1111 1111 1111"
    with iron_cage.Protection():
        assert sent(sim, url, chat(text)) == "EMP-123456 at https://example.org/x wrote to [EMAIL_REDACTED], [EMAIL_REDACTED], [CREDIT_CARD_REDACTED]"
    config = SafetyConfig(kinds=["EMAIL_ADDRESS"], patterns=EMPLOYEE, allow={"domains": ["example.net"]}, actions={"EMPLOYEE_ID": "mask"})
    with iron_cage.Protection(pii_detection=config):
        assert sent(sim, url, chat(text)) == "***-**3456 at https://example.org/x wrote to [EMAIL_REDACTED], ann@example.net, 4111 1111 1111 1111"


def test_nested_protections_find_what_either_looks_for(sim, chat, url):
    text = "EMP-123456, bob@example.com, 4111 1111 1111 1111"
    with iron_cage.Protection(safety=SafetyConfig(kinds=["CREDIT_CARD"], allow=["bob@example.com"])) as outer:
        with iron_cage.Protection(safety=SafetyConfig(kinds=["EMAIL_ADDRESS"], patterns=EMPLOYEE)):
            assert sent(sim, url, chat(text)) == "[EMPLOYEE_ID_REDACTED], [EMAIL_REDACTED], [CREDIT_CARD_REDACTED]"
        assert sent(sim, url, chat(text)) == "EMP-123456, bob@example.com, [CREDIT_CARD_REDACTED]"
    assert set(outer.report().pii_by_kind) >= {"CREDIT_CARD"}


def test_a_kind_that_traffic_is_left_with_is_acted_on_when_it_is_named(sim, chat, url):
    text = "see https://example.org/x"
    with iron_cage.Protection():
        assert sent(sim, url, chat(text)) == text
    with iron_cage.Protection(safety=SafetyConfig(kinds=["URL"])):
        assert sent(sim, url, chat(text)) == "see [URL_REDACTED]"
