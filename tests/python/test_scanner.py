"""Scanner and the functions scan, redact, scan_json: options, external findings, threads, processes, pickles."""
import os
import pickle
import threading

import pytest

import iron_cage
from iron_cage import ConfigError, PiiFinding, SafetyConfig, Scanner, redact, scan, scan_json

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
