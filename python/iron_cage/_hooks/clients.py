"""The one table of HTTP clients: which module is patched by which hook, and how a request of the client is made to prove it.

A client is added here and nowhere else: a file of hooks, one function that makes a request, one row.
"""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Mapping, Optional

    #: Posts a body to a URL, with nothing of the environment (no proxy, no certificates), and returns the body of the answer; with "async" a coroutine of it.
    Canary = Callable[[ModuleType, str, bytes], Any]

#: Seconds a canary waits for its answer.
PATIENCE = 2.0
_JSON = {"Content-Type": "application/json"}


class Client:
    """A client that can be intercepted.

    :ivar name: as people know it
    :ivar module: the one that defines what is patched; the client counts as imported when it is
    :ivar hook: the module in here whose install() patches it; None: it is carried by a client below it
    :ivar canaries: "sync" and "async" -> how a request is made
    :ivar opens_sockets: whether it opens WebSockets: a canary of it is refused, and gives back the status of that
    """

    __slots__ = ("name", "module", "hook", "canaries", "opens_sockets")

    def __init__(self, name: str, module: str, hook: Optional[str], canaries: Mapping[str, Canary], opens_sockets: bool = False) -> None:
        self.name = name
        self.module = module
        self.hook = hook
        self.canaries = canaries
        self.opens_sockets = opens_sockets


class Unseen:
    """What talks to a provider past every hook.

    :ivar name: of the package, as people know it
    :ivar module: whose import shows that it may be used
    :ivar advice: what to do instead
    """

    __slots__ = ("name", "module", "advice")

    def __init__(self, name: str, module: str, advice: str) -> None:
        self.name = name
        self.module = module
        self.advice = advice


def _httpx(module: Any, url: str, body: bytes) -> bytes:
    with module.Client(trust_env=False, verify=False, timeout=PATIENCE) as client:
        return bytes(client.post(url, content=body, headers=_JSON).content)


async def _httpx_async(module: Any, url: str, body: bytes) -> bytes:
    async with module.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as client:
        return bytes((await client.post(url, content=body, headers=_JSON)).content)


def _requests(module: Any, url: str, body: bytes) -> bytes:
    import requests

    with requests.Session() as session:
        session.trust_env = False
        return bytes(session.post(url, data=body, headers=_JSON, timeout=PATIENCE).content)


def _urllib3(module: Any, url: str, body: bytes) -> bytes:
    import urllib3

    with urllib3.PoolManager(retries=False, timeout=PATIENCE) as pool:
        return bytes(pool.request("POST", url, body=body, headers=_JSON).data)


def _botocore(module: Any, url: str, body: bytes) -> bytes:
    from botocore.hooks import HierarchicalEmitter
    from botocore.httpsession import URLLib3Session

    endpoint = module.Endpoint(url, "canary", HierarchicalEmitter(), http_session=URLLib3Session(verify=False, timeout=PATIENCE))
    try:
        return bytes(endpoint._send(endpoint.create_request({"method": "POST", "url": url, "headers": dict(_JSON), "body": body, "context": {}})).content)
    finally:
        endpoint.close()


async def _aiohttp(module: Any, url: str, body: bytes) -> bytes:
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
        async with session.post(url, data=body, headers=_JSON) as response:
            return bytes(await response.read())


def _http_client(module: Any, url: str, body: bytes) -> bytes:
    host, _, path = url.partition("://")[2].partition("/")
    connection = module.HTTPConnection(host, timeout=PATIENCE)
    try:
        connection.request("POST", "/" + path, body, _JSON)
        return bytes(connection.getresponse().read())
    finally:
        connection.close()


def _urllib_request(module: Any, url: str, body: bytes) -> bytes:
    opener = module.build_opener(module.ProxyHandler({}))
    with opener.open(module.Request(url, body, _JSON), timeout=PATIENCE) as response:
        return bytes(response.read())


def _without_proxy(connect: Any) -> Mapping[str, Any]:
    """What keeps a client of websockets from a proxy of the environment, which it knows since 15."""
    from inspect import signature

    return {"proxy": None} if "proxy" in signature(connect).parameters else {}


def _status(status: int) -> bytes:
    return b"%d" % status


def _websockets(module: Any, url: str, body: bytes) -> bytes:
    from websockets.exceptions import InvalidStatus

    try:
        with module.connect("ws" + url[len("http"):], open_timeout=PATIENCE, **_without_proxy(module.connect)):
            return b""
    except InvalidStatus as error:
        return _status(error.response.status_code)


async def _websockets_async(module: Any, url: str, body: bytes) -> bytes:
    from websockets.exceptions import InvalidStatus

    try:
        async with module.connect("ws" + url[len("http"):], open_timeout=PATIENCE, **_without_proxy(module.connect)):
            return b""
    except InvalidStatus as error:
        return _status(error.response.status_code)


async def _websockets_legacy(module: Any, url: str, body: bytes) -> bytes:
    try:
        async with module.connect("ws" + url[len("http"):], open_timeout=PATIENCE):
            return b""
    except module.InvalidStatusCode as error:
        return _status(error.status_code)


def _websocket_client(module: Any, url: str, body: bytes) -> bytes:
    from websocket._exceptions import WebSocketBadStatusException

    try:
        module.create_connection("ws" + url[len("http"):], timeout=PATIENCE, http_no_proxy=["127.0.0.1"]).close()
    except WebSocketBadStatusException as error:
        return _status(error.status_code)
    return b""


CLIENTS = (
    Client("httpx", "httpx", "_httpx", {"sync": _httpx, "async": _httpx_async}),
    Client("httpx2", "httpx2", "_httpx", {"sync": _httpx, "async": _httpx_async}),
    Client("requests", "requests.adapters", "_requests", {"sync": _requests}),
    Client("urllib3", "urllib3.connectionpool", "_urllib3", {"sync": _urllib3}),
    Client("aiohttp", "aiohttp.connector", "_aiohttp", {"async": _aiohttp}),
    Client("botocore", "botocore.endpoint", "_botocore", {"sync": _botocore}),
    Client("urllib.request", "urllib.request", None, {"sync": _urllib_request}),
    Client("http.client", "http.client", "_http_client", {"sync": _http_client}),
    Client("websockets", "websockets.sync.client", "_websockets", {"sync": _websockets}, opens_sockets=True),
    Client("websockets", "websockets.asyncio.client", "_websockets", {"async": _websockets_async}, opens_sockets=True),
    Client("websockets (legacy)", "websockets.legacy.client", "_websockets", {"async": _websockets_legacy}, opens_sockets=True),
    Client("websocket-client", "websocket._core", "_websocket", {"sync": _websocket_client}, opens_sockets=True),
)

#: Each brings its own network code, or code in C, below which there is nothing to patch.
UNSEEN = (
    Unseen("grpcio", "grpc", 'calls over gRPC are not seen; google-generativeai and Vertex AI can use HTTP instead: transport="rest"'),
    Unseen("curl_cffi", "curl_cffi", "its requests are made in C and are not seen; use httpx, requests or aiohttp for LLM calls"),
    Unseen("pycurl", "pycurl", "its requests are made in C and are not seen; use httpx, requests or aiohttp for LLM calls"),
    Unseen("primp", "primp", "its requests are made in Rust and are not seen; use httpx, requests or aiohttp for LLM calls"),
    Unseen("niquests", "niquests", "it has a network stack of its own, which is not seen; use requests or httpx for LLM calls"),
    Unseen("tornado", "tornado.simple_httpclient", "its HTTP client is not seen; use httpx or aiohttp for LLM calls"),
    Unseen("twisted", "twisted.web.client", "its HTTP client is not seen; use httpx or aiohttp for LLM calls"),
)
