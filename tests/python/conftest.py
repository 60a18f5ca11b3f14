"""Fixtures shared by the Python tests. All of them drive the real library against the provider simulator."""
import gc
import json
import signal
from typing import Any, Callable, Iterator, Tuple

import httpx
import pytest
import requests
import urllib3

from iron_cage.testing import ProviderSimulator

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # run in the background of a shell: programs that tests start would ignore Ctrl-C as well

#: Too little for any call, however far its output limit is lowered.
TOO_LITTLE = "0.000001"

Post = Callable[..., Tuple[int, bytes]]


@pytest.fixture
def sim() -> Iterator[ProviderSimulator]:
    """A provider on loopback, known to the engine; the same request gives the same bytes."""
    with ProviderSimulator(created=1_700_000_000) as simulator:
        yield simulator


@pytest.fixture
def chat(sim: ProviderSimulator) -> Callable[..., Any]:
    """Makes the JSON of a chat request. Streams ask for usage, else the library asks for it, which is a rewrite."""

    def make(text: str = "hello", stream: bool = False, **fields: Any) -> Any:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **fields}
        if stream:
            body["stream"] = True
            body.setdefault("stream_options", {"include_usage": True})
        return body

    return make


@pytest.fixture
def url(sim: ProviderSimulator) -> str:
    """Where chat requests go."""
    return f"{sim.base_url}/chat/completions"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT is a KeyboardInterrupt in this process and in those that the test starts: a suite that runs in the background of a shell ignores it, and so would they."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def via_httpx(url: str, body: Any) -> Tuple[int, bytes]:
    with httpx.Client() as client:
        response = client.post(url, content=json.dumps(body).encode(), headers={"content-type": "application/json"})
    return response.status_code, response.content


def via_requests(url: str, body: Any) -> Tuple[int, bytes]:
    with requests.Session() as session:
        response = session.post(url, data=json.dumps(body).encode(), headers={"content-type": "application/json"})
    return response.status_code, response.content


def via_urllib3(url: str, body: Any) -> Tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, body=json.dumps(body).encode(), headers={"content-type": "application/json"})
    return response.status, response.data


@pytest.fixture(params=[via_httpx, via_requests, via_urllib3], ids=["httpx", "requests", "urllib3"])
def post(request: pytest.FixtureRequest, url: str, chat: Callable[..., Any]) -> Post:
    """Posts a chat through each client: post(text, **fields) -> (status, body)."""

    def send(text: str = "hello", **fields: Any) -> Tuple[int, bytes]:
        status, body = request.param(url, chat(text, **fields))
        return int(status), bytes(body)

    return send


@pytest.fixture(autouse=True)
def no_run_is_left_open():
    """A run that a test leaves would pay for the calls of the next."""
    from iron_cage import _runs

    before = _runs.state.active
    yield
    if _runs.state.active > before:
        gc.collect()
    assert _runs.state.active <= before, "the test left a run open"
