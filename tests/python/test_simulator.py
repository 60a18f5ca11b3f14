"""The provider simulator, driven with http.client, httpx and requests. Needs neither the native library nor the rest of the package."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Dict, Iterator, List

import httpx
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from iron_cage.testing import ProviderSimulator, Reply, Request, ToolCall, bill, count_prompt_tokens, count_tokens
from iron_cage.testing import _tokens

PRICES = {"gpt-4o": (Decimal("2.5"), Decimal("1.25"), Decimal("10")), "o3": (Decimal("2"), Decimal("0.5"), Decimal("8"))}


def environment() -> Dict[str, str]:
    """Lets a child process import what this one imports: the source tree or an installed wheel."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.fixture
def sim() -> Iterator[ProviderSimulator]:
    with ProviderSimulator(register=False) as running:
        yield running


def ask(**more: Any) -> Dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": "one two three"}], **more}


def post(sim: ProviderSimulator, **more: Any) -> requests.Response:
    return requests.post(sim.base_url + "/chat/completions", json=ask(**more), timeout=10)


def events(text: str) -> List[Dict[str, Any]]:
    lines = [line[6:] for line in text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def said(chunks: List[Dict[str, Any]], index: int = 0) -> str:
    choices = [choice for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


class TestWholeAnswers:
    def test_shape_is_a_chat_completion(self, sim: ProviderSimulator) -> None:
        answer = post(sim)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["openai-processing-ms"].isdigit()
        body = answer.json()
        assert body["object"] == "chat.completion" and body["model"] == "gpt-4o" and body["id"].startswith("chatcmpl-")
        assert body["choices"] == [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "You said: one two three", "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ]
        assert body["usage"]["prompt_tokens"] == 3 + 3 + 3
        assert body["usage"]["completion_tokens"] == 5
        assert body["usage"]["total_tokens"] == 14

    def test_n_choices_rotate_through_the_contents_and_are_all_billed(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content=["a", "b c"])])
        body = post(sim, n=3).json()
        assert [choice["message"]["content"] for choice in body["choices"]] == ["a", "b c", "a"]
        assert body["usage"]["completion_tokens"] == 4

    def test_tool_calls(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(tool_calls=[ToolCall("weather", {"city": "Zürich"}, id="call_1"), ToolCall("time")])])
        choice = post(sim).json()["choices"][0]
        assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] is None
        first, second = choice["message"]["tool_calls"]
        assert first == {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Zürich"}'}}
        assert second["id"].startswith("call_") and second["function"] == {"name": "time", "arguments": "{}"}

    def test_refusal(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(refusal="I will not.")])
        message = post(sim).json()["choices"][0]["message"]
        assert message["refusal"] == "I will not." and message["content"] is None

    def test_cached_and_reasoning_tokens_are_reported_inside_the_others(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="x", cached_tokens=4, reasoning_tokens=7), Reply(cached_tokens=10_000)])
        usage = post(sim).json()["usage"]
        assert usage["prompt_tokens_details"]["cached_tokens"] == 4 and usage["prompt_tokens"] == 9
        assert usage["completion_tokens_details"]["reasoning_tokens"] == 7 and usage["completion_tokens"] == 8
        assert post(sim).json()["usage"]["prompt_tokens_details"]["cached_tokens"] == 9

    def test_usage_may_be_absent_or_a_lie_but_the_bill_is_true(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="x y", usage="absent"), Reply(content="x y", usage={"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1})])
        assert "usage" not in post(sim).json()
        assert post(sim).json()["usage"]["prompt_tokens"] == 1
        assert [exchange.usage["completion_tokens"] for exchange in sim.log if exchange.usage] == [2, 2]

    def test_ensure_ascii_escapes(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="é", ensure_ascii=True), Reply(content="é")])
        assert b"\\u00e9" in post(sim).content and "é".encode() in post(sim).content

    def test_lone_surrogates_survive(self, sim: ProviderSimulator) -> None:
        raw = b'{"model":"gpt-4o","messages":[{"role":"user","content":"\\ud83d"}]}'
        answer = requests.post(sim.base_url + "/chat/completions", data=raw, timeout=10)
        assert answer.json()["choices"][0]["message"]["content"] == "You said: \ud83d"

    def test_ids_hold_no_digits_and_created_can_be_fixed(self) -> None:
        with ProviderSimulator(register=False, created=1_700_000_000) as sim:
            sim.script([Reply(tool_calls=[ToolCall("f")])])
            body = post(sim).json()
        assert body["created"] == 1_700_000_000
        assert not any(one.isdigit() for one in body["id"] + body["choices"][0]["message"]["tool_calls"][0]["id"])


class TestStreams:
    def test_role_deltas_finish_and_done(self, sim: ProviderSimulator) -> None:
        answer = post(sim, stream=True)
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["transfer-encoding"] == "chunked"
        chunks = events(answer.text)
        assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
        assert said(chunks) == "You said: one two three"
        assert chunks[-1]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
        assert len({chunk["id"] for chunk in chunks}) == 1
        assert all(chunk["object"] == "chat.completion.chunk" and "usage" not in chunk for chunk in chunks)

    def test_usage_comes_in_a_last_chunk_without_choices_when_asked_for(self, sim: ProviderSimulator) -> None:
        chunks = events(post(sim, stream=True, stream_options={"include_usage": True}).text)
        assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["completion_tokens"] == 5
        assert all(chunk["usage"] is None for chunk in chunks[:-1])

    def test_n_choices_interleave(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content=["a b", "c d e"])])
        chunks = events(post(sim, stream=True, n=2).text)
        assert (said(chunks, 0), said(chunks, 1)) == ("a b", "c d e")
        assert [chunk["choices"][0]["index"] for chunk in chunks[:4]] == [0, 1, 0, 1]

    def test_tool_call_arguments_stream_in_pieces(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(tool_calls=[ToolCall("weather", '{"city": "Paris"}'), ToolCall("time", "{}")], chunk_size=3)])
        arguments = {0: "", 1: ""}
        names = {}
        for chunk in events(post(sim, stream=True).text):
            for call in chunk["choices"][0]["delta"].get("tool_calls", ()):
                arguments[call["index"]] += call["function"]["arguments"]
                if "id" in call:
                    names[call["index"]] = call["function"]["name"]
        assert arguments == {0: '{"city": "Paris"}', 1: "{}"} and names == {0: "weather", 1: "time"}

    def test_refusals_stream(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(refusal="No, never.")])
        chunks = events(post(sim, stream=True).text)
        assert "".join(chunk["choices"][0]["delta"].get("refusal") or "" for chunk in chunks) == "No, never."

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
    def test_chunk_size_cuts_the_text_by_characters(self, sim: ProviderSimulator, size: int) -> None:
        text = " Grüße,  an alle \n👋 draußen "
        sim.script([Reply(content=text, chunk_size=size)])
        chunks = events(post(sim, stream=True).text)
        assert said(chunks) == text
        assert all(len(chunk["choices"][0]["delta"].get("content") or "") <= size for chunk in chunks)

    def test_cut_at_every_byte_gives_the_same_stream(self) -> None:
        with ProviderSimulator(register=False, created=1) as sim, httpx.Client() as client:
            sim.script([Reply(content="Grüße 👋", id="chatcmpl-x")])
            whole = post(sim, stream=True).content
            for position in range(len(whole) + 1):
                sim.script([Reply(content="Grüße 👋", id="chatcmpl-x", cut_at=position)])
                assert client.post(sim.base_url + "/chat/completions", json=ask(stream=True)).content == whole
            assert all(exchange.completed and exchange.usage == sim.log[0].usage for exchange in sim.log)

    def test_cut_at_is_seen_on_the_wire_as_two_chunks(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="hello", cut_at=10)])
        wire = raw_exchange(sim, json.dumps(ask(stream=True)).encode())
        head, _, rest = wire.partition(b"\r\n\r\n")
        assert rest.startswith(b'a\r\ndata: {"id\r\n') and rest.endswith(b"\r\n0\r\n\r\n")

    def test_pieces_are_sent_as_given_one_http_chunk_each(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(pieces=[b": hi\n\n", b"data: [DO", b"", b"NE]\n\n"])])
        wire = raw_exchange(sim, json.dumps(ask(stream=True)).encode())
        assert wire.endswith(b"\r\n\r\n6\r\n: hi\n\n\r\n9\r\ndata: [DO\r\n5\r\nNE]\n\n\r\n0\r\n\r\n")
        assert sim.log[-1].response_body == b": hi\n\ndata: [DONE]\n\n"

    def test_chunk_delay_spaces_the_chunks(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="a b c", chunk_delay=0.03)])
        began = time.perf_counter()
        with requests.post(sim.base_url + "/chat/completions", json=ask(stream=True), stream=True, timeout=10) as answer:
            moments = [time.perf_counter() - began for _ in answer.iter_lines(chunk_size=1)]
        assert moments[-1] - moments[0] > 0.1 and moments[-1] > 0.14


def raw_exchange(sim: ProviderSimulator, body: bytes, head: bytes = b"") -> bytes:
    """Everything the server sends for one request on a connection that is then closed."""
    with socket.create_connection(("127.0.0.1", sim.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n%b\r\n" % (len(body), head) + body)
        received = b""
        while True:
            data = connection.recv(65536)
            if not data:
                return received
            received += data


class TestLimits:
    @pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
    @pytest.mark.parametrize("stream", [False, True])
    def test_content_is_cut_at_the_limit(self, sim: ProviderSimulator, field: str, stream: bool) -> None:
        answer = post(sim, stream=stream, **{field: 3})
        if stream:
            chunks = events(answer.text)
            text, finish = said(chunks), chunks[-1]["choices"][0]["finish_reason"]
        else:
            choice = answer.json()["choices"][0]
            text, finish = choice["message"]["content"], choice["finish_reason"]
        assert (text, finish) == ("You said: one", "length")
        assert sim.log[-1].usage is not None and sim.log[-1].usage["completion_tokens"] == 3

    def test_a_text_that_fits_exactly_stops_by_itself(self, sim: ProviderSimulator) -> None:
        assert post(sim, max_tokens=5).json()["choices"][0]["finish_reason"] == "stop"

    def test_completion_tokens_raise_the_bill_up_to_the_limit_for_each_choice(self, sim: ProviderSimulator) -> None:
        sim.reply = Reply(content="x", completion_tokens=50)
        assert post(sim).json()["usage"]["completion_tokens"] == 50
        assert post(sim, max_tokens=20, n=2).json()["usage"]["completion_tokens"] == 40
        sim.reply = Reply(content="x y z", completion_tokens=1)
        assert post(sim).json()["usage"]["completion_tokens"] == 3

    def test_reasoning_can_eat_the_whole_limit(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="x", reasoning_tokens=100)])
        body = post(sim, max_completion_tokens=10).json()
        assert body["choices"][0]["message"]["content"] == "" and body["choices"][0]["finish_reason"] == "length"
        assert body["usage"]["completion_tokens"] == 10

    def test_tool_arguments_are_cut_too(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(tool_calls=[ToolCall("f", '{"a": "b c d e"}')])])
        choice = post(sim, max_tokens=3).json()["choices"][0]
        assert choice["message"]["tool_calls"][0]["function"]["arguments"] == '{"a": "b' and choice["finish_reason"] == "length"

    @settings(deadline=None, database=None)
    @given(
        content=st.text(max_size=60), limit=st.integers(1, 12), n=st.integers(1, 3), reasoning=st.integers(0, 15),
        filler=st.none() | st.integers(0, 20), stream=st.booleans(), size=st.none() | st.integers(1, 5), words=st.lists(st.text(max_size=8), max_size=3),
    )
    def test_never_bills_more_than_limit_times_n(
        self, content: str, limit: int, n: int, reasoning: int, filler: Any, stream: bool, size: Any, words: List[str]
    ) -> None:
        from iron_cage.testing import _openai

        body = ask(n=n, max_completion_tokens=limit, stream=stream)
        request = Request(0, 0, "POST", "/v1/chat/completions", {}, b"", body)
        calls = [ToolCall(word, word) for word in words]
        reply = Reply(content=content, tool_calls=calls, reasoning_tokens=reasoning, completion_tokens=filler, chunk_size=size)
        answer = _openai.complete(request, reply, 0)
        assert answer.bill is not None
        assert answer.bill.reasoning <= answer.bill.completion <= limit * n
        if answer.bill.marks is not None:
            marks = list(answer.bill.marks)
            assert marks == sorted(marks) and marks[-1] == answer.bill.completion


class TestTokenRule:
    @settings(deadline=None, database=None)
    @given(st.text())
    def test_pieces_join_to_the_text_and_number_its_tokens(self, text: str) -> None:
        pieces = _tokens.split(text)
        assert "".join(pieces) == text
        assert len(pieces) == count_tokens(text) or (len(pieces) == 1 and not text.strip())

    @settings(deadline=None, database=None)
    @given(st.text(), st.integers(0, 10))
    def test_take_keeps_a_prefix_of_at_most_that_many_tokens(self, text: str, limit: int) -> None:
        kept, tokens = _tokens.take(text, limit)
        assert text.startswith(kept) and tokens == count_tokens(kept) == min(limit, count_tokens(text))

    @settings(deadline=None, database=None)
    @given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text()), min_size=1, max_size=5))
    def test_prompt_never_exceeds_bytes_plus_four_per_message_plus_three(self, pairs: Any) -> None:
        messages = [{"role": role, "content": text} for role, text in pairs]
        bound = sum(len(text.encode("utf-8", "surrogatepass")) for _, text in pairs) + 4 * len(pairs) + 3
        assert 3 * len(pairs) + 3 <= count_prompt_tokens({"messages": messages}) <= bound

    def test_parts_names_tool_calls_and_tools_count(self) -> None:
        messages = [
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a b"}, {"type": "image_url", "image_url": {"url": "x"}}]},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": '{"a": 1}'}}]},
        ]
        assert count_prompt_tokens({"messages": messages}) == 3 + (3 + 1 + 2) + (3 + 1 + 2)
        assert count_prompt_tokens({"messages": [], "tools": [{"description": "two words"}]}) == 3 + 2


class TestErrors:
    def test_unknown_path_is_404(self, sim: ProviderSimulator) -> None:
        answer = requests.post(sim.url + "/v1/nothing", json={}, timeout=10)
        assert answer.status_code == 404
        assert answer.json()["error"] == {"message": "Invalid URL (POST /v1/nothing)", "type": "invalid_request_error", "param": None, "code": None}

    def test_wrong_method_is_405(self, sim: ProviderSimulator) -> None:
        assert requests.get(sim.base_url + "/chat/completions", timeout=10).json()["error"]["code"] == "method_not_supported"

    @pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[]", b"[" * 100_000])
    def test_bad_json_is_400(self, sim: ProviderSimulator, body: bytes) -> None:
        answer = requests.post(sim.base_url + "/chat/completions", data=body, timeout=10)
        assert answer.status_code == 400 and answer.json()["error"]["type"] == "invalid_request_error"

    @pytest.mark.parametrize(
        "change, param",
        [
            ({"model": None}, None),
            ({"messages": None}, "messages"),
            ({"messages": []}, "messages"),
            ({"messages": "hi"}, "messages"),
            ({"max_tokens": 0}, "max_tokens"),
            ({"max_tokens": "9"}, "max_tokens"),
            ({"n": 129}, "n"),
            ({"stream_options": {"include_usage": True}}, "stream_options"),
            ({"model": "o3", "max_tokens": 5}, "max_tokens"),
            ({"max_tokens": 5, "max_completion_tokens": 5}, None),
        ],
    )
    def test_wrong_parameters_are_400_and_named(self, sim: ProviderSimulator, change: Dict[str, Any], param: Any) -> None:
        answer = requests.post(sim.base_url + "/chat/completions", json={**ask(), **change}, timeout=10)
        assert answer.status_code == 400 and answer.json()["error"]["param"] == param
        assert sim.log[-1].usage is None

    @pytest.mark.parametrize(
        "model, most",
        [
            ("gpt-4o", 16_384), ("gpt-4o-2024-08-06", 16_384), ("gpt-4o-2024-05-13", 4_096), ("gpt-4o-mini", 16_384),
            ("gpt-4o-mini-2024-07-18", 16_384), ("chatgpt-4o-latest", 16_384), ("ft:gpt-4o-mini-2024-07-18:us::x", 16_384),
            ("gpt-4.1", 32_768), ("gpt-4.1-nano-2025-04-14", 32_768), ("gpt-4-turbo", 4_096), ("gpt-4-turbo-2024-04-09", 4_096),
            ("gpt-4-0125-preview", 4_096), ("gpt-4", 8_192), ("gpt-4-0613", 8_192), ("gpt-3.5-turbo", 4_096), ("gpt-3.5-turbo-0125", 4_096),
            ("o1", 100_000), ("o1-mini", 65_536), ("o1-preview-2024-09-12", 32_768), ("o3", 100_000), ("o3-mini-2025-01-31", 100_000),
            ("o4-mini", 100_000), ("gpt-5", 128_000), ("gpt-5-nano-2025-08-07", 128_000), ("gpt-5.1", 128_000), ("gpt-5-pro", 272_000),
            ("gpt-5-pro-2025-10-06", 272_000), ("gpt-5-chat-latest", 16_384), ("gpt-5.1-chat-latest", 16_384),
        ],
    )
    def test_an_output_limit_above_the_models_own_is_400(self, sim: ProviderSimulator, model: str, most: int) -> None:
        reasons = model.startswith(("o", "gpt-5")) and model != "gpt-5-chat-latest"  # those do not take max_tokens at all
        for name in ["max_completion_tokens"] if reasons else ["max_tokens", "max_completion_tokens"]:
            assert post(sim, model=model, **{name: most}).status_code == 200
            answer = post(sim, model=model, **{name: most + 1})
            assert answer.status_code == 400
            assert answer.json()["error"] == {
                "message": f"{name} is too large: {most + 1}. This model supports at most {most} completion tokens, "
                f"whereas you provided {most + 1}.",
                "type": "invalid_request_error", "param": name, "code": "invalid_value",
            }
            assert sim.log[-1].usage is None

    @pytest.mark.parametrize("model", ["llama-3.3-70b", "gpt-4-32k", "gpt-3.5-turbo-16k", "gpt-6"])
    def test_of_other_models_no_output_limit_is_known(self, sim: ProviderSimulator, model: str) -> None:
        assert post(sim, model=model, max_tokens=10_000_000).status_code == 200

    def test_only_listed_models_exist(self) -> None:
        with ProviderSimulator(models=["m"], register=False) as sim:
            assert post(sim).json()["error"]["code"] == "model_not_found"
            assert post(sim, model="m").status_code == 200
            assert [model["id"] for model in requests.get(sim.base_url + "/models", timeout=10).json()["data"]] == ["m"]
            assert requests.get(sim.base_url + "/models/m", timeout=10).json()["object"] == "model"
            assert requests.get(sim.base_url + "/models/x", timeout=10).status_code == 404

    def test_a_bearer_key_is_required_on_demand(self) -> None:
        with ProviderSimulator(require_auth=True, register=False) as sim:
            assert post(sim).status_code == 401
            answer = requests.post(sim.base_url + "/chat/completions", json=ask(), headers={"Authorization": "Bearer k"}, timeout=10)
            assert answer.status_code == 200

    def test_429_tells_when_to_retry(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(status=429), Reply(status=429, retry_after=0.25), Reply(status=503, retry_after=2)])
        first, second, third = post(sim), post(sim), post(sim)
        assert (first.headers["retry-after"], first.headers["retry-after-ms"]) == ("1", "1000")
        assert (second.headers["retry-after"], second.headers["retry-after-ms"]) == ("1", "250")
        assert (third.status_code, third.headers["retry-after"]) == (503, "2")
        assert first.json()["error"]["code"] == "rate_limit_exceeded"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 529])
    def test_scripted_statuses_cost_nothing(self, sim: ProviderSimulator, status: int) -> None:
        sim.script([Reply(status=status, retry_after=0)])
        answer = post(sim)
        assert answer.status_code == status and set(answer.json()["error"]) == {"message", "type", "param", "code"}
        assert sim.log[-1].usage is None and sim.bill({}) == 0

    def test_error_message_and_object_can_be_given(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(status=500, error="boom"), Reply(status=500, error={"message": "m", "odd": 1})])
        assert post(sim).json()["error"]["message"] == "boom"
        assert post(sim).json() == {"error": {"message": "m", "odd": 1}}

    def test_redirects_and_replaced_headers(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(status=307, headers={"Location": sim.base_url + "/chat/completions", "X-Request-Id": "mine", "openai-version": None})])
        answer = post(sim)
        assert answer.status_code == 200 and len(answer.history) == 1
        head = answer.history[0].headers
        assert head["x-request-id"] == "mine" and "openai-version" not in head


class TestNames:
    """How an answer names its request, by protocol, as the vendors' SDKs look for it."""

    @pytest.mark.parametrize(
        ("protocol", "path", "header"),
        [("openai", "/v1/nothing", "x-request-id"), ("anthropic", "/v1/messages", "request-id"), ("bedrock", "/nothing", "x-amzn-requestid"), ("cohere", "/nothing", "x-debug-trace-id")],
    )
    def test_the_request_is_named_as_the_provider_names_it(self, protocol: str, path: str, header: str) -> None:
        with ProviderSimulator(protocol=protocol, register=False) as sim:
            answer = requests.post(sim.url + path, json={"model": "m"}, timeout=60)
            assert answer.status_code >= 400
            assert answer.headers[header] == "req_" + "0" * 32
            assert ("openai-version" in answer.headers) == (protocol == "openai")
            if protocol == "anthropic":
                assert answer.json()["request_id"] == answer.headers[header]
                sim.script([Reply(status=529, compress="gzip"), Reply(status=500, raw_body=b'{"request_id":null}')])
                overloaded, raw = (requests.post(sim.url + path, json={}, timeout=60) for _ in range(2))
                assert overloaded.json()["request_id"] == overloaded.headers[header] == "req_" + "0" * 31 + "1"
                assert raw.content == b'{"request_id":null}'


class TestScripting:
    def test_order_is_failures_then_script_then_standing_reply_then_echo(self, sim: ProviderSimulator) -> None:
        sim.script(["scripted", lambda request: None])
        sim.fail_next(2, status=500)
        texts = [answer.json()["choices"][0]["message"]["content"] if answer.ok else answer.status_code for answer in (post(sim) for _ in range(4))]
        assert texts == [500, 500, "scripted", "You said: one two three"] and sim.scripted == 0
        sim.reply = "standing"
        assert post(sim).json()["choices"][0]["message"]["content"] == "standing"

    def test_a_function_sees_the_request(self, sim: ProviderSimulator) -> None:
        def reply(request: Request) -> str:
            return f"{request.model} {request.stream} {request.last_text} {request.headers['x-lead']} {request.method} {request.path}"

        sim.reply = reply
        answer = httpx.post(sim.base_url + "/chat/completions?a=b", json=ask(), headers={"X-Lead": "7"})
        assert answer.json()["choices"][0]["message"]["content"] == "gpt-4o False one two three 7 POST /v1/chat/completions?a=b"

    def test_fail_while_an_event_is_set_or_a_predicate_holds(self, sim: ProviderSimulator) -> None:
        down = threading.Event()
        sim.fail_while(down)
        sim.fail_while(lambda request: request.model == "o3", status=500)
        assert post(sim).status_code == 200
        down.set()
        assert post(sim).status_code == 503
        down.clear()
        assert (post(sim).status_code, post(sim, model="o3").status_code) == (200, 500)
        sim.recover()
        assert post(sim, model="o3").status_code == 200

    def test_fail_next_can_reset(self, sim: ProviderSimulator) -> None:
        sim.fail_next(1, reply=Reply(reset="before"))
        with pytest.raises(requests.ConnectionError):
            post(sim)
        assert post(sim).ok

    def test_a_failing_function_is_seen_by_client_and_test(self) -> None:
        with pytest.raises(RuntimeError) as caught:
            with ProviderSimulator(lambda request: str(1 // 0), register=False) as sim:
                assert "ZeroDivisionError" in post(sim).json()["error"]["message"]
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    @pytest.mark.parametrize("wrong", [{"reset": "after"}, {"usage": "none"}, {"status": 99}, {"chunk_size": 0}, {"delay": -1}, {"compress": "br"}])
    def test_a_wrong_reply_is_refused_when_it_is_made(self, wrong: Dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            Reply(**wrong)


class TestFaults:
    def test_reset_before_the_head(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(reset="before")])
        connection = http.client.HTTPConnection(sim.host)
        with pytest.raises(ConnectionResetError):
            connection.request("POST", "/v1/chat/completions", json.dumps(ask()))
            connection.getresponse()
        (exchange,) = sim.wait_for(1)
        assert (exchange.status, exchange.usage, exchange.completed) == (0, None, False)
        connection.close()

    @pytest.mark.parametrize("stream", [False, True])
    def test_reset_after_bytes_of_the_body(self, sim: ProviderSimulator, stream: bool) -> None:
        sim.script([Reply(reset_after=20)])
        with socket.create_connection(("127.0.0.1", sim.port)) as connection:
            body = json.dumps(ask(stream=stream)).encode()
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            received = b""
            with pytest.raises(ConnectionResetError):
                while True:
                    data = connection.recv(65536)
                    assert data, "closed in good order instead of reset"
                    received += data
        assert b"200 OK" in received
        exchange = sim.log[-1]
        assert len(exchange.response_body) == 20 and not exchange.completed and exchange.status == 200

    @pytest.mark.parametrize("stream", [False, True])
    def test_cut_after_closes_in_good_order_without_the_end(self, sim: ProviderSimulator, stream: bool) -> None:
        sim.script([Reply(cut_after=30)])
        connection = http.client.HTTPConnection(sim.host)
        connection.request("POST", "/v1/chat/completions", json.dumps(ask(stream=stream)))
        with pytest.raises(http.client.IncompleteRead) as caught:
            connection.getresponse().read()
        assert len(caught.value.partial) == 30 and sim.log[-1].response_body == caught.value.partial
        connection.close()

    def test_a_cut_stream_is_billed_for_what_was_generated(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="a b c d", id="x")])
        stream = post(sim, stream=True).content
        starts = [0]
        for event in stream.split(b"\n\n")[:-1]:
            starts.append(starts[-1] + len(event) + 2)
        for position, expected in [(0, 0), (1, 0), (starts[1], 0), (starts[1] + 1, 1), (starts[3], 2), (starts[3] + 1, 3), (starts[5] + 1, 4)]:
            sim.script([Reply(content="a b c d", id="x", cut_after=position)])
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.post(sim.base_url + "/chat/completions", json=ask(stream=True))
            exchange = sim.log[-1]
            assert exchange.usage is not None
            assert (len(exchange.response_body), exchange.usage["completion_tokens"], exchange.usage["prompt_tokens"]) == (position, expected, 9)

    def test_a_cut_whole_answer_is_billed_in_full_and_so_is_anything_with_bill_full(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(cut_after=0), Reply(reset="before", bill_full=True)])
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                httpx.post(sim.base_url + "/chat/completions", json=ask())
        assert [exchange.usage and exchange.usage["completion_tokens"] for exchange in sim.wait_for(2)] == [5, 5]

    def test_hang_is_silent_then_closes(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(hang=0.1), Reply(hang=60)])
        with pytest.raises(requests.ConnectionError):
            post(sim)
        with pytest.raises(requests.Timeout):
            requests.post(sim.base_url + "/chat/completions", json=ask(), timeout=0.1)
        assert [(exchange.status, exchange.usage) for exchange in sim.wait_for(2)] == [(0, None), (0, None)]

    def test_hang_inside_a_stream(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(cut_after=400, hang=60)])
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(sim.base_url + "/chat/completions", json=ask(stream=True), timeout=0.2)
        (exchange,) = sim.wait_for(1)
        assert len(exchange.response_body) == 400 and not exchange.completed

    def test_delay_before_the_head_and_a_client_that_gives_up(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(delay=0.1), Reply(delay=60)])
        assert post(sim).elapsed.total_seconds() > 0.09
        with pytest.raises(requests.Timeout):
            requests.post(sim.base_url + "/chat/completions", json=ask(), timeout=0.05)
        exchange = sim.wait_for(2)[-1]
        assert exchange.status == 0 and exchange.usage is not None, "the provider had begun, so it bills"

    def test_a_client_that_closes_a_stream_early_is_noticed(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="word " * 1000, chunk_delay=0.01)])
        with requests.post(sim.base_url + "/chat/completions", json=ask(stream=True), stream=True, timeout=10) as answer:
            next(answer.iter_lines())
        (exchange,) = sim.wait_for(1)
        assert not exchange.completed and exchange.usage is not None and exchange.usage["completion_tokens"] < 100

    def test_a_client_that_leaves_during_the_last_write_is_corrected_in_the_log(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="word " * 8_000_000)])
        with socket.create_connection(("127.0.0.1", sim.port)) as connection:
            body = json.dumps(ask()).encode()
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            connection.recv(1000)
        deadline = time.monotonic() + 5
        while sim.log[-1].completed and time.monotonic() < deadline:
            time.sleep(0.01)
        (exchange,) = sim.log
        assert not exchange.completed and exchange.usage is not None and exchange.usage["completion_tokens"] == 8_000_000

    def test_a_false_content_length(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(headers={"Content-Length": "10"}, close=True), Reply(headers={"content-length": "100000"}, close=True)])
        assert len(post(sim).content) == 10
        connection = http.client.HTTPConnection(sim.host)
        connection.request("POST", "/v1/chat/completions", json.dumps(ask()))
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()
        connection.close()

    def test_raw_body_goes_out_as_it_is_and_its_usage_is_the_bill(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(raw_body=b"\x00not json\xff", usage={"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}), Reply(raw_body=b"<h1>", status=502)])
        assert post(sim).content == b"\x00not json\xff"
        assert post(sim).content == b"<h1>"
        assert [exchange.usage and exchange.usage["prompt_tokens"] for exchange in sim.log] == [2, None]

    def test_closing_the_simulator_ends_waiting_answers(self) -> None:
        sim = ProviderSimulator(Reply(delay=60), register=False).start()
        failed: List[BaseException] = []

        def call() -> None:
            try:
                post(sim)
            except requests.RequestException as fault:
                failed.append(fault)

        caller = threading.Thread(target=call)
        caller.start()
        time.sleep(0.1)
        began = time.monotonic()
        sim.close()
        sim.close()
        caller.join(5)
        assert failed and time.monotonic() - began < 20
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", sim.port), 0.2)


class TestHttp:
    def test_one_connection_serves_many_requests(self, sim: ProviderSimulator) -> None:
        connection = http.client.HTTPConnection(sim.host)
        for stream in [False, True, False]:
            connection.request("POST", "/v1/chat/completions", json.dumps(ask(stream=stream)))
            assert connection.getresponse().read()
        assert {exchange.connection for exchange in sim.log} == {0}
        connection.close()

    def test_pipelined_requests_are_answered_in_order(self, sim: ProviderSimulator) -> None:
        body = json.dumps(ask()).encode()
        one = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        with socket.create_connection(("127.0.0.1", sim.port)) as connection:
            connection.sendall(one * 3 + b"GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n")
            received = b""
            while data := connection.recv(65536):
                received += data
        assert received.count(b"HTTP/1.1 200 OK") == 4

    def test_requests_in_chunks_and_expect_continue(self, sim: ProviderSimulator) -> None:
        text = json.dumps(ask()).encode()
        answer = requests.post(sim.base_url + "/chat/completions", data=iter([text[:10], text[10:]]), timeout=10)
        assert answer.ok and sim.log[-1].body == text
        wire = raw_exchange(sim, text, b"Expect: 100-continue\r\n")
        assert wire.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")

    def test_head_and_body_sent_apart_do_not_wait_for_a_delayed_acknowledgement(self, sim: ProviderSimulator) -> None:
        connection = http.client.HTTPConnection(sim.host)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        times = []
        for _ in range(50):
            began = time.perf_counter()
            connection.request("POST", "/v1/chat/completions", json.dumps(ask()))
            connection.getresponse().read()
            times.append(time.perf_counter() - began)
        assert sorted(times)[25] < 0.03
        connection.close()

    def test_bytes_that_are_not_http_get_400(self, sim: ProviderSimulator) -> None:
        with socket.create_connection(("127.0.0.1", sim.port)) as connection:
            connection.sendall(b"hello\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")

    def test_bodies_of_megabytes(self, sim: ProviderSimulator) -> None:
        sim.reply = "fine"
        text = "word " * 2_000_000
        answer = requests.post(sim.base_url + "/chat/completions", json={"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}, timeout=30)
        assert answer.json()["usage"]["prompt_tokens"] == 2_000_006

    @pytest.mark.parametrize("name, decode", [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
    @pytest.mark.parametrize("stream", [False, True])
    def test_compressed_when_set_and_accepted(self, name: str, decode: Any, stream: bool) -> None:
        with ProviderSimulator(compress=name, register=False) as sim:
            plain = httpx.post(sim.base_url + "/chat/completions", json=ask(stream=stream), headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            answer = httpx.post(sim.base_url + "/chat/completions", json=ask(stream=stream))
            assert answer.headers["content-encoding"] == name
            assert "three" in answer.text and len(answer.text) == len(plain.text)
            exchange = sim.log[-1]
            assert decode(exchange.response_body) == answer.content == exchange.response_text and exchange.response_encoding == name

    def test_a_compressed_stream_can_be_read_as_it_comes_and_is_billed_when_cut(self) -> None:
        with ProviderSimulator(compress=True, register=False) as sim:
            sim.reply = Reply(content="a b c", chunk_delay=0.05)
            with httpx.stream("POST", sim.base_url + "/chat/completions", json=ask(stream=True)) as answer:
                assert next(answer.iter_text()).endswith("\n\n")
            assert sim.wait_for(1)[0].usage["completion_tokens"] < 3  # type: ignore[index]

    def test_64_parallel_kept_alive_clients(self, sim: ProviderSimulator) -> None:
        def client(number: int) -> None:
            connection = http.client.HTTPConnection(sim.host, timeout=30)
            for turn in range(20):
                body = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"{number} {turn}"}], "stream": turn % 4 == 3}
                connection.request("POST", "/v1/chat/completions", json.dumps(body))
                answer = connection.getresponse().read().decode()
                text = said(events(answer)) if turn % 4 == 3 else json.loads(answer)["choices"][0]["message"]["content"]
                if text != f"You said: {number} {turn}":
                    wrong.append(text)
            connection.close()

        wrong: List[str] = []
        threads = [threading.Thread(target=client, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        log = sim.log
        assert not wrong and len(log) == 64 * 20 and all(exchange.completed for exchange in log)
        assert sorted(exchange.index for exchange in log) == list(range(64 * 20)) and len({exchange.connection for exchange in log}) == 64
        assert sim.bill(PRICES) == 64 * 20 * (8 * Decimal("2.5") + 4 * 10) / 1_000_000

    def test_async_clients_and_the_async_context_manager(self) -> None:
        async def run() -> int:
            async with ProviderSimulator(register=False) as sim:
                async with httpx.AsyncClient(timeout=30) as client:
                    answers = await asyncio.gather(*[client.post(sim.base_url + "/chat/completions", json=ask()) for _ in range(100)])
                return sum(answer.status_code == 200 for answer in answers)

        assert asyncio.run(run()) == 100

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    def test_a_forked_child_does_not_keep_connections_open(self, sim: ProviderSimulator) -> None:
        ready = threading.Event()
        sim.reply = lambda request: Reply(reset="before") if ready.wait(5) else Reply()
        failed: List[BaseException] = []

        def call() -> None:
            try:
                post(sim)
            except requests.ConnectionError as fault:
                failed.append(fault)

        caller = threading.Thread(target=call)
        caller.start()
        time.sleep(0.1)
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
        try:
            ready.set()
            caller.join(5)
            assert failed
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


class TestLogAndBill:
    def test_an_exchange_is_logged_before_its_client_is_done(self, sim: ProviderSimulator) -> None:
        connection = http.client.HTTPConnection(sim.host)
        for count in range(1, 301):
            connection.request("POST", "/v1/chat/completions", json.dumps(ask(stream=count % 2 == 0)))
            connection.getresponse().read()
            assert len(sim.log) == count
        connection.close()

    def test_record_holds_both_bodies_and_their_digests(self, sim: ProviderSimulator) -> None:
        sent = json.dumps(ask(stream=True)).encode()
        answer = requests.post(sim.base_url + "/chat/completions", data=sent, headers={"X-Odd": "1"}, timeout=10)
        (exchange,) = sim.log
        assert (exchange.index, exchange.method, exchange.path, exchange.status) == (0, "POST", "/v1/chat/completions", 200)
        assert exchange.body == sent and exchange.json == ask(stream=True) and exchange.headers["x-odd"] == "1"
        assert exchange.request_sha256 == hashlib.sha256(sent).hexdigest()
        assert exchange.response_body == answer.content and exchange.response_sha256 == hashlib.sha256(answer.content).hexdigest()
        assert exchange.streamed and exchange.completed and exchange.model == "gpt-4o" and abs(exchange.time - time.time()) < 60
        sim.clear()
        assert sim.log == []

    def test_digests_only(self) -> None:
        seen: List[Any] = []
        with ProviderSimulator(keep="digests", on_exchange=seen.append, register=False) as sim:
            answer = post(sim)
            (exchange,) = sim.log
        assert exchange.body == exchange.response_body == b"" and exchange.response_sha256 == hashlib.sha256(answer.content).hexdigest()
        assert seen == [exchange]

    def test_the_bill_is_exact_and_separates_cached_tokens(self, sim: ProviderSimulator) -> None:
        sim.script([Reply(content="a b", cached_tokens=4), Reply(content="c", reasoning_tokens=2), Reply(status=500)])
        post(sim), post(sim, model="o3"), post(sim)
        expected = (5 * Decimal("2.5") + 4 * Decimal("1.25") + 2 * 10 + 9 * 2 + 3 * 8) / Decimal(1_000_000)
        assert sim.bill(PRICES) == expected == bill([exchange.summary() for exchange in sim.log], PRICES)
        with pytest.raises(KeyError, match="o3"):
            sim.bill({"gpt-4o": PRICES["gpt-4o"]})

    def test_wait_for_gives_up(self, sim: ProviderSimulator) -> None:
        with pytest.raises(TimeoutError):
            sim.wait_for(1, timeout=0.05)

    def test_a_host_that_cannot_be_registered_is_said_clearly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "iron_cage", None)  # type: ignore[misc]
        with pytest.warns(RuntimeWarning, match="not protected"):
            with ProviderSimulator() as sim:
                assert post(sim).ok


class TestCommandLine:
    @contextmanager
    def running(self, tmp_path: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
        command = [sys.executable, "-m", "iron_cage.testing", "--port", "0", "--log", str(tmp_path / "log.jsonl"), *options]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        with process:
            try:
                yield process
            finally:
                process.kill()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_serves_logs_and_stops_on_a_signal(self, tmp_path: Path, number: signal.Signals) -> None:
        with self.running(tmp_path, "--content", "hello there", "--completion-tokens", "7") as process:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            assert words[:2] == ["listening", "on"]
            answer = requests.post(f"http://{words[2]}/v1/chat/completions", json=ask(), timeout=10)
            requests.post(f"http://{words[2]}/v1/nothing", json=ask(), timeout=10)
            process.send_signal(number)
            assert process.wait(10) == 0
        lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
        assert lines[0]["usage"]["completion_tokens"] == 7 and lines[0]["model"] == "gpt-4o" and lines[0]["status"] == 200
        assert lines[0]["response_sha256"] == hashlib.sha256(answer.content).hexdigest()
        assert [line["status"] for line in lines] == [200, 404] and lines[1]["usage"] is None
        assert bill(lines, PRICES) == (9 * Decimal("2.5") + 7 * 10) / Decimal(1_000_000)

    def test_replies_come_from_a_file_by_the_text_of_the_user(self, tmp_path: Path) -> None:
        told = {
            "one two three": [{"status": 429, "retry_after": 0.5}, {"tool_calls": [{"name": "look", "arguments": {"at": "sky"}}]}],
            "say it": "said",
            "in pieces": {"pieces": ['{"a":', "1}"]},
        }
        (tmp_path / "replies.json").write_text(json.dumps(told), encoding="utf-8")
        with self.running(tmp_path, "--replies", str(tmp_path / "replies.json"), "--content", "standing") as process:
            assert process.stdout is not None
            url = f"http://{process.stdout.readline().split()[2]}/v1/chat/completions"

            def answer(text: str) -> requests.Response:
                return requests.post(url, json=ask(messages=[{"role": "user", "content": text}]), timeout=60)

            assert answer("one two three").headers["retry-after-ms"] == "500"
            for _ in range(2):  # the last reply of a list stays
                call = answer("one two three").json()["choices"][0]["message"]["tool_calls"][0]["function"]
                assert call == {"name": "look", "arguments": '{"at":"sky"}'}
            assert answer("say it").json()["choices"][0]["message"]["content"] == "said"
            assert answer("in pieces").content == b'{"a":1}'
            assert answer("anything else").json()["choices"][0]["message"]["content"] == "standing"

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("[]", "expected an object"),
            ('{"a": 1}', "'a': a reply is an object or a text, not int"),
            ('{"a": []}', "'a': expected at least one reply"),
            ('{"a": {"stauts": 500}}', "'a': a reply has no field 'stauts'; there are: "),
            ('{"a": {"status": 1}}', "'a': status must be 200 to 999"),
            ('{"a": {"tool_calls": [{"nam": "x"}]}}', "'a': "),
            ("{", "Expecting"),
        ],
    )
    def test_a_file_of_replies_that_is_not_one_is_said_clearly(self, tmp_path: Path, text: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
        from iron_cage.testing.__main__ import main

        before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        (tmp_path / "replies.json").write_text(text, encoding="utf-8")
        try:
            assert main(["--port", "0", "--replies", str(tmp_path / "replies.json")]) == 1
        finally:
            for number, handler in zip((signal.SIGTERM, signal.SIGINT), before):
                signal.signal(number, handler)
        assert complaint in capsys.readouterr().err

    def test_stops_when_standard_input_closes(self, tmp_path: Path) -> None:
        with self.running(tmp_path, "--until-stdin-closes") as process:
            assert process.stdin is not None and process.stdout is not None
            process.stdout.readline()
            assert process.poll() is None
            process.stdin.close()
            assert process.wait(10) == 0


def test_public_names_and_a_plugin_that_imports_nothing_early() -> None:
    import iron_cage.testing as testing

    assert sorted(testing.__all__) == ["Exchange", "ProviderSimulator", "Reply", "Request", "ToolCall", "bill", "count_prompt_tokens", "count_tokens"]
    assert all(hasattr(testing, name) for name in testing.__all__) and "Reply" in dir(testing)
    with pytest.raises(AttributeError):
        testing.nothing  # noqa: B018
    code = "import sys, iron_cage.testing.pytest_plugin; print([name for name in sys.modules if name.startswith('iron_cage.testing._')])"
    assert subprocess.check_output([sys.executable, "-c", code], env=environment(), text=True).strip() == "[]"


def test_the_fixture_gives_a_simulator_that_the_engine_knows(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import httpx\n"
        "from iron_cage import Protection\n"
        "def test_it(provider_simulator):\n"
        "    protection = Protection(budget_usd=1)\n"
        "    with protection:\n"
        "        httpx.post(provider_simulator.base_url + '/chat/completions', json={'model': 'gpt-4o', 'messages': [{'role': 'user', 'content': 'hi'}]})\n"
        "    assert protection.report().calls == len(provider_simulator.log) == 1\n"
    )
    # An installed wheel registers the plugin by its entry point; a source tree names it.
    installed = [entry for entry in entry_points(group="pytest11") if entry.value == "iron_cage.testing.pytest_plugin"] if sys.version_info >= (3, 10) else []
    named = [] if installed else ["-p", "iron_cage.testing.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", *named, "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
